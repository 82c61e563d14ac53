import { HttpProblem } from '@causeway/platform';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type SchemaName, schemas } from './schemas.js';

const root = 'urn:causeway:v1:management';
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: root, components: { schemas } });

/**
 * The reader of a body by the schema that the OpenAPI document shows; `T` says in TypeScript what the schema says.
 *
 * @throws HttpProblem 422 REQUEST_INVALID with every mistake by its pointer
 */
export function bodyReader<T>(name: SchemaName): (body: unknown) => T {
  const validate: ValidateFunction<T> = ajv.compile<T>({ $ref: `${root}#/components/schemas/${name}` });
  return (body) => {
    if (validate(body)) return body;
    const errors = (validate.errors ?? []).map((error) => ({
      pointer: error.instancePath,
      detail: error.keyword === 'additionalProperties' ? unknownMember(error.params) : (error.message ?? 'is invalid'),
    }));
    const first = errors[0];
    const words = first ? `${first.pointer || '/'} ${first.detail}` : 'it is missing';
    throw new HttpProblem(422, 'REQUEST_INVALID', `The body is not as it should be: ${words}.`, { errors });
  };
}

function unknownMember(params: object): string {
  const name = 'additionalProperty' in params ? String(params.additionalProperty) : '';
  return `has a member that is not known: ${name}`;
}
