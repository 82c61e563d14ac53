import type { OpenAPIV3_1 } from 'openapi-types';
import type { Operation } from './operation.js';

/** A service's schemas by name; `Problem` must be among them. */
export type Schemas<Schema extends string> = Readonly<
  Record<Schema | 'Problem', OpenAPIV3_1.SchemaObject | OpenAPIV3_1.ReferenceObject>
>;

export const managementBase = '/management/v1';

const problems: OpenAPIV3_1.ResponseObject = {
  description: 'RFC 9457 problem details with a stable `code`',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** The OpenAPI document of these operations: the same schemas by which requests are checked. */
export function openApi<Schema extends string>(api: {
  readonly title: string;
  readonly version: string;
  readonly operations: readonly Operation<Schema>[];
  readonly schemas: Schemas<Schema>;
}): OpenAPIV3_1.Document {
  const { title, version, operations, schemas } = api;
  const paths: Record<string, OpenAPIV3_1.PathItemObject> = {};
  for (const operation of operations) {
    const path = `${managementBase}${operation.path}`;
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'The key in the api.key of the service' },
      },
    },
  };
}

function describe(operation: Operation): OpenAPIV3_1.OperationObject {
  const { id, summary, body, answer, statuses = [200], path, query = {} } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const schema = { type: 'string' } as const;
  const parameters: OpenAPIV3_1.ParameterObject[] = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema })),
    ...Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema })),
  ];
  const content = answer && { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } };
  const success: OpenAPIV3_1.ResponseObject = { description: summary, ...(content ? { content } : {}) };
  return {
    operationId: id,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: `#/components/schemas/${body}` } } },
          },
        }),
    responses: {
      ...Object.fromEntries(statuses.map((status) => [String(status), success])),
      '4XX': problems,
      '5XX': problems,
    },
  };
}
