import type { InstantValue, TextValue } from '../model.js';
import { termOf } from '../odrl/terms.js';
import { isObject, kindOf, type Member, type Reader } from './reader.js';

interface Literal {
  readonly value: string | number;
  readonly iri: boolean;
}

const integerTypes = [
  'xsd:integer',
  'xsd:nonNegativeInteger',
  'xsd:positiveInteger',
  'xsd:int',
  'xsd:long',
  'xsd:short',
  'xsd:unsignedInt',
  'xsd:unsignedLong',
  'xsd:decimal',
] as const;
const instantTypes = ['xsd:dateTime', 'xsd:dateTimeStamp'] as const;
const textTypes = ['xsd:string', 'xsd:anyURI'] as const;

/** A plain string or number, `{"@value","@type"}` of one of the types, or `{"@id"}` where `iri` is allowed. */
function literal(reader: Reader, { value, path }: Member, types: readonly string[], iri = false): Literal | undefined {
  if (typeof value === 'string' || typeof value === 'number') return { value, iri: false };
  if (!isObject(value)) {
    return reader.problem(path, 'VALUE_MALFORMED', `the right operand must be one value, not ${kindOf(value)}`);
  }
  const keys = Object.keys(value);
  if (iri && keys.length === 1 && typeof value['@id'] === 'string') return { value: value['@id'], iri: true };
  const unknown = keys.find((key) => key !== '@value' && key !== '@type');
  if (unknown !== undefined) {
    return reader.unknown(`${path}/${unknown}`, 'TERM_UNKNOWN', 'the member', unknown, ['@value', '@type']);
  }
  const type = value['@type'];
  if (type !== undefined) {
    if (typeof type !== 'string') {
      return reader.problem(`${path}/@type`, 'VALUE_MALFORMED', `@type must be a string, not ${kindOf(type)}`);
    }
    if (!types.includes(termOf(type))) {
      return reader.unknown(`${path}/@type`, 'DATATYPE_UNKNOWN', 'for this operand the datatype', type, types);
    }
  }
  const inner = value['@value'];
  if (typeof inner === 'string' || typeof inner === 'number') return { value: inner, iri: false };
  return reader.problem(path, 'VALUE_MALFORMED', `@value must be a string or a number, not ${kindOf(inner)}`);
}

/** An element alone and a list of one are the same in JSON-LD. */
function single(reader: Reader, member: Member): Member | undefined {
  const list = reader.list(member);
  if (list.length === 1) return list[0];
  return reader.problem(member.path, 'VALUE_MALFORMED', 'this operator compares with one value: a list needs isAnyOf');
}

export function readCount(reader: Reader, member: Member): number | undefined {
  const one = single(reader, member);
  const found = one && literal(reader, one, integerTypes);
  if (found === undefined) return undefined;
  const text = String(found.value);
  const match = /^\+?(\d{1,16})(?:\.0*)?$/.exec(text);
  const count = match ? Number(match[1]) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  return reader.problem(
    member.path,
    'VALUE_RANGE',
    `a count is a whole number from 0 to 2^53-1, not ${text.slice(0, 40)}`,
  );
}

export function readPurposes(reader: Reader, member: Member, several: boolean): TextValue[] | undefined {
  const list = several ? reader.list(member) : [single(reader, member)];
  if (list.length === 0) {
    return reader.problem(
      member.path,
      'VALUE_EMPTY',
      'the list is empty, so the constraint says nothing: name a value',
    );
  }
  const found: TextValue[] = [];
  for (const item of list) {
    const value = item && literal(reader, item, textTypes, true);
    if (item === undefined || value === undefined) continue;
    if (typeof value.value !== 'string' || value.value === '') {
      reader.problem(item.path, 'VALUE_MALFORMED', 'a purpose is a text with at least one character');
    } else found.push({ text: value.value, iri: value.iri });
  }
  return found;
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * An `xsd:dateTime`. Seconds may be missing, as in the examples of the Dataspace Protocol; finer than a millisecond is refused,
 * because the boundary would move. Without a zone it is understood, and can never be decided (it spans 28 hours).
 */
export function readInstant(reader: Reader, member: Member): InstantValue | undefined {
  const one = single(reader, member);
  const found = one && literal(reader, one, instantTypes);
  if (found === undefined) return undefined;
  const text = String(found.value);
  const value = instantOf(text);
  if (value === undefined) {
    return reader.problem(
      member.path,
      'VALUE_MALFORMED',
      `“${text.slice(0, 40)}” is not a date and time such as 2027-01-01T00:00:00Z, to the millisecond at most`,
    );
  }
  if (value.instant === undefined) {
    reader.warning(
      member.path,
      'ZONE_MISSING',
      `${text} has no zone, so nothing can be decided by it: add Z or +08:00`,
    );
  }
  return value;
}

export function instantOf(text: string): InstantValue | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  if (fraction.length > 3 && /[1-9]/.test(fraction.slice(3))) return undefined;
  const midnight = Number(hour) === 24 && Number(minute) === 0 && Number(second) === 0 && !/[1-9]/.test(fraction);
  if ((Number(hour) > 23 && !midnight) || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const local = date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + milliseconds;
  if (zone === undefined) return { text };
  const offset = zone === 'Z' ? 0 : zoneMinutes(zone);
  return offset === undefined ? undefined : { text, instant: local - offset * 60_000 };
}

function zoneMinutes(zone: string): number | undefined {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  if (minutes > 14 * 60 || Number(zone.slice(4)) > 59) return undefined;
  return zone.startsWith('-') ? -minutes : minutes;
}
