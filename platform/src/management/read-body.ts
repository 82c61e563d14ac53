import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { HttpProblem } from '../http/problem.js';
import type { Schemas } from './openapi.js';

const root = 'urn:causeway:v1:management';

/** Reads a body by one of a service's schemas; `T` says in TypeScript what the schema says. */
export type BodyReader<Schema extends string> = <T>(name: Schema) => (body: unknown) => T;

/**
 * The readers of bodies by the schemas that the OpenAPI document shows. They throw HttpProblem 422 REQUEST_INVALID with every
 * mistake by its pointer.
 */
export function bodyReaders<Schema extends string>(schemas: Schemas<Schema>): BodyReader<Schema> {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: root, components: { schemas } });
  return <T>(name: Schema) => {
    const validate: ValidateFunction<T> = ajv.compile<T>({ $ref: `${root}#/components/schemas/${name}` });
    return (body: unknown) => {
      if (validate(body)) return body;
      const errors = (validate.errors ?? []).map((error) => ({
        pointer: error.instancePath,
        detail:
          error.keyword === 'additionalProperties' ? unknownMember(error.params) : (error.message ?? 'is invalid'),
      }));
      const first = errors[0];
      const words = first ? `${first.pointer || '/'} ${first.detail}` : 'it is missing';
      throw new HttpProblem(422, 'REQUEST_INVALID', `The body is not as it should be: ${words}.`, { errors });
    };
  };
}

function unknownMember(params: object): string {
  const name = 'additionalProperty' in params ? String(params.additionalProperty) : '';
  return `has a member that is not known: ${name}`;
}
