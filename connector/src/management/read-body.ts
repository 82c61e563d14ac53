import { bodyReaders } from '@causeway/platform';
import { schemas } from './schemas.js';

/** The reader of a body by the schema that the OpenAPI document shows. */
export const bodyReader = bodyReaders(schemas);
