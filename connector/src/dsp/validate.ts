import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject } from '../model.js';
import { demandReadable } from './readable.js';
import { answerSchemas, messageSchemas } from './schemas.js';

const ajv = new Ajv2019({ strict: false, validateFormats: false });
ajv.addKeyword({
  keyword: 'maxBytes',
  type: 'string',
  validate: (most: number, text: string) => Buffer.byteLength(text) <= most,
});

type Validator = ValidateFunction<JsonObject>;
const validators = new Map<string, Validator>(
  Object.entries({ ...messageSchemas, ...answerSchemas }).map(([type, schema]) => [
    type,
    ajv.compile<JsonObject>(schema),
  ]),
);

type Known = keyof typeof messageSchemas | keyof typeof answerSchemas;

/**
 * A DSP message or answer of this type, out of a parsed body.
 *
 * @throws ConnectorError MESSAGE_INVALID naming the first place that is wrong
 */
export function readMessage(type: Known, body: unknown): JsonObject {
  demandReadable(body);
  const validate = validators.get(type);
  if (validate?.(body)) return body;
  const error = validate?.errors?.[0];
  const place = error ? `${error.instancePath || '/'} ${error.message ?? 'is invalid'}` : 'the body is invalid';
  throw new ConnectorError('MESSAGE_INVALID', `Expected a ${type} of Dataspace Protocol 2025-1: ${place}.`);
}
