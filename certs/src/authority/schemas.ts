import { HttpProblem, type ProblemDetail } from '@causeway/platform';
import { Ajv, type ValidateFunction } from 'ajv';
import type { EnrolmentRequest } from '../enrolment/request.js';
import { roles } from '../peer/peer.js';
import type { AttributesWanted } from './attributes.js';
import type { InvitationWanted } from './invitations.js';
import type { Services } from './records.js';

const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true });

const id = { type: 'string', pattern: '^[A-Za-z0-9:._-]{1,200}$' } as const;
const text = (maxLength: number) => ({ type: 'string', maxLength }) as const;
const addresses = { type: 'array', maxItems: 32, items: text(253) } as const;
const jwk = (required: readonly string[]) =>
  ({
    type: 'object',
    properties: { kty: text(8), crv: text(16), x: text(64), y: text(64) },
    required: [...required],
    additionalProperties: false,
  }) as const;
const proven = (required: readonly string[]) =>
  ({
    type: 'object',
    properties: { key: jwk(required), proof: text(2_048) },
    required: ['key', 'proof'],
    additionalProperties: false,
  }) as const;

/** `POST /v1/enrolments`. */
export const enrolmentBody = ajv.compile<EnrolmentRequest>({
  type: 'object',
  properties: {
    version: { const: '1' },
    code: { type: 'string', pattern: '^[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{22,64}$' },
    secret: { type: 'string', pattern: '^[A-Za-z0-9_-]{43,86}$' },
    csr: text(8_192),
    signing: proven(['kty', 'crv', 'x']),
    encryption: proven(['kty', 'crv', 'x', 'y']),
    addresses: {
      type: 'object',
      properties: { dns: addresses, ip: addresses },
      required: ['dns', 'ip'],
      additionalProperties: false,
    },
  },
  required: ['version', 'code', 'secret', 'csr', 'signing', 'encryption', 'addresses'],
  additionalProperties: false,
});

/** `POST /v1/tokens`. */
export const tokenBody = ajv.compile<{ readonly audience: string }>({
  type: 'object',
  properties: { audience: id },
  required: ['audience'],
  additionalProperties: false,
});

/** `POST /v1/probes`. */
export const probeBody = ajv.compile<{ readonly address: string }>({
  type: 'object',
  properties: { address: text(300) },
  required: ['address'],
  additionalProperties: false,
});

const attributeName = { type: 'string', minLength: 1, maxLength: 100 } as const;
const attributes = {
  type: 'object',
  maxProperties: 32,
  propertyNames: { maxLength: 100 },
  additionalProperties: {
    type: ['string', 'array'],
    maxLength: 500,
    maxItems: 32,
    items: text(500),
  },
} as const;

/** `POST /admin/v1/invitations`. */
export const invitationBody = ajv.compile<InvitationWanted>({
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 100 },
    id,
    // The authority's own certificate is its own; nobody is invited as one.
    role: { enum: roles.filter((role) => role !== 'authority') },
    attributes,
  },
  required: ['name', 'role'],
  additionalProperties: false,
});

/** `POST /admin/v1/participants/:id/attributes`. */
export const attributesBody = ajv.compile<AttributesWanted>({
  type: 'object',
  properties: {
    set: attributes,
    remove: { type: 'array', maxItems: 32, items: attributeName },
    reason: { type: 'string', minLength: 1, maxLength: 500 },
  },
  additionalProperties: false,
});

/** `POST /admin/v1/enrolments/:id/reject`. */
export const rejectionBody = ajv.compile<{ readonly reason: string }>({
  type: 'object',
  properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
  required: ['reason'],
  additionalProperties: false,
});

const address = text(500);
const service = (names: readonly string[]) =>
  ({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, name === 'id' ? id : address])),
    required: [...names],
    additionalProperties: false,
  }) as const;

/** `PUT /admin/v1/services`. */
export const servicesBody = ajv.compile<Partial<Services>>({
  type: 'object',
  properties: {
    broker: service(['id', 'https', 'grpc']),
    clearingHouse: service(['id', 'grpc', 'https', 'origin', 'vkey']),
  },
  additionalProperties: false,
});

/** @throws HttpProblem 400 REQUEST_INVALID with the pointer of each mistake */
export function checked<T>(validate: ValidateFunction<T>, body: unknown): T {
  if (validate(body)) return body;
  const errors: ProblemDetail[] = (validate.errors ?? []).map((error) => ({
    pointer: error.instancePath,
    detail: error.message ?? 'is not what was expected',
  }));
  throw new HttpProblem(400, 'REQUEST_INVALID', 'The body is not what this address expects.', { errors });
}
