import type { Operation as AnyOperation } from '@causeway/platform';
import type { SchemaName } from './schemas.js';

export { ok, pageOptions, pageQuery, pageReply } from '@causeway/platform';

/** An operation of the connector's management API. */
export type Operation = AnyOperation<SchemaName>;
