import type { JsonValue } from '@causeway/policies';
import { CliError } from '../errors.js';

export type Json = { readonly [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws CliError LINE_MALFORMED */
export function objectOf(text: string): Json {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('LINE_MALFORMED', 'expected a JSON object on one line', { cause });
  }
  if (!isObject(value)) throw new CliError('LINE_MALFORMED', `expected a JSON object, got ${kindOf(value)}`);
  return value;
}

/** @throws CliError LINE_MALFORMED */
export function member(json: Json, name: string): { [key: string]: JsonValue } {
  const value = json[name];
  if (isObject(value)) return value;
  throw new CliError('LINE_MALFORMED', `expected the member ${name} to be an object, got ${kindOf(value)}`);
}

/** @throws CliError LINE_MALFORMED */
export function text(json: Json, name: string, where: string): string {
  const value = json[name];
  if (typeof value === 'string') return value;
  throw new CliError('LINE_MALFORMED', `expected ${where}${name} to be a text, got ${kindOf(value)}`);
}

export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
