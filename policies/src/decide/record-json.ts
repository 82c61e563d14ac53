import { PolicyError } from '../errors.js';
import type { JsonValue } from '../model.js';

// A record comes from a file or a log: whoever wrote it may have written anything.

export type JsonObject = { [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

export function isTruth(value: JsonValue | undefined): value is boolean {
  return typeof value === 'boolean';
}

export function isList(value: JsonValue | undefined): value is JsonValue[] {
  return Array.isArray(value);
}

/** @throws PolicyError RECORD_INVALID */
export function member<T extends JsonValue>(
  parent: JsonObject,
  key: string,
  is: (value: JsonValue | undefined) => value is T,
  path = '',
): T {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (is(value)) return value;
  throw invalidRecord(`${path}/${key}`);
}

export function textMember(parent: JsonObject, key: string, path: string): string {
  return member(parent, key, isText, path);
}

/** A number as the record writes it: `NaN` too, since a fact that is none was decided on as such. */
export function numberMember(parent: JsonObject, key: string, path: string): number {
  const text = textMember(parent, key, path);
  const value = Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw invalidRecord(`${path}/${key}`);
  return value;
}

export function invalidRecord(path: string): PolicyError {
  return new PolicyError('RECORD_INVALID', `the decision record is malformed at ${path || 'its root'}`, []);
}
