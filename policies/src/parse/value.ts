import type { OrderedValue, TermsValue, TextValue } from '../model.js';
import { listOperators, type Operand, type Operator } from '../odrl/scale.js';
import { decimalOf } from './decimal.js';
import { minutesMeant, spanOfDuration } from './duration.js';
import { spanOfInstant } from './instant.js';
import type { Member } from './json.js';
import { type Literal, readDatatype, readLiteral } from './literal.js';
import type { Reader } from './reader.js';

/** The right operand of a constraint, by the scale of its left operand. */
export function readValue(
  reader: Reader,
  member: Member,
  operand: Operand,
  operator: Operator,
  dataType: Member | undefined,
): OrderedValue | TermsValue | undefined {
  const types = operand.datatypes;
  const datatype = dataType && readDatatype(reader, datatypeName(reader, dataType), dataType.path, types);
  if (dataType !== undefined && datatype === undefined) return undefined;
  const options = { types, iri: operand.scale === 'terms', ...(datatype === undefined ? {} : { datatype }) };
  const items = reader.list(member);
  if (items.length === 0) {
    return reader.problem(
      member.path,
      'VALUE_EMPTY',
      'the list is empty, so the constraint says nothing: name a value',
    );
  }
  // An element alone and a list of one are the same in JSON-LD.
  if (items.length > 1 && !(operand.scale === 'terms' && listOperators.includes(operator))) {
    return reader.problem(member.path, 'VALUE_MALFORMED', `${operator} compares with one value: a list needs isAnyOf`);
  }
  const literals = items.map((item) => readLiteral(reader, item, options));
  if (operand.scale === 'terms') return termsOf(reader, literals, operand);
  const [literal] = literals;
  return literal && orderedOf(reader, literal, operand);
}

function datatypeName(reader: Reader, member: Member): unknown {
  return reader.iri(member.value, member.path, 'the datatype');
}

function termsOf(reader: Reader, literals: readonly (Literal | undefined)[], operand: Operand): TermsValue | undefined {
  const terms: TextValue[] = [];
  for (const literal of literals) {
    if (literal === undefined) return undefined;
    // Only where no comparison is decided anyway may a number stand for a name: 2 and 2.0 are two names.
    if (literal.text === '' || (literal.number && !operand.ambiguous)) {
      return reader.problem(literal.path, 'VALUE_MALFORMED', `${operand.term} is a text with at least one character`);
    }
    terms.push({ text: literal.text, iri: literal.iri });
  }
  return { type: 'terms', terms };
}

function orderedOf(reader: Reader, literal: Literal, operand: Operand): OrderedValue | undefined {
  if (operand.scale === 'instant') return instantOf(reader, literal);
  if (operand.scale === 'duration') return durationOf(reader, literal);
  return numberOf(reader, literal, operand);
}

function shown(text: string): string {
  return `“${text.slice(0, 40)}”`;
}

function instantOf(reader: Reader, { text, path, datatype }: Literal): OrderedValue | undefined {
  const span = spanOfInstant(text);
  const isDate = datatype === undefined ? span?.date : datatype === 'xsd:date';
  if (span === undefined || span.date !== isDate || (datatype === 'xsd:dateTimeStamp' && !span.zone)) {
    const what = datatype === undefined ? 'a date and time' : `of ${datatype}`;
    const words = `${shown(text)} is not ${what} such as 2027-01-01T00:00:00Z, to the millisecond at most`;
    return reader.problem(path, 'VALUE_MALFORMED', words);
  }
  if (!span.zone) {
    const words = `${text} has no zone and may be 28 hours wide, where nothing is decided: add Z or +08:00`;
    reader.warning(path, 'ZONE_MISSING', words, `${text}Z`);
  }
  if (span.date) {
    const words = `${text} is read as the midnight at which the day begins: name the time of the boundary`;
    reader.warning(path, 'DATE_IS_MIDNIGHT', words);
  }
  return { type: 'ordered', text, datatype: datatype ?? (span.date ? 'xsd:date' : 'xsd:dateTime'), ...ends(span) };
}

function durationOf(reader: Reader, { text, path, datatype }: Literal): OrderedValue | undefined {
  const span = spanOfDuration(text);
  if (span === undefined) {
    const words = `${shown(text)} is not a duration such as P30D or PT60M`;
    return reader.problem(path, 'VALUE_MALFORMED', words);
  }
  const fits =
    datatype === 'xsd:dayTimeDuration'
      ? !/[YM]/.test(text.replace(/T.*/, ''))
      : datatype !== 'xsd:yearMonthDuration' || !/[DTW]/.test(text);
  if (!fits) return reader.problem(path, 'VALUE_MALFORMED', `${shown(text)} is not of ${datatype}`);
  if (!Number.isSafeInteger(span.low) || !Number.isSafeInteger(span.high)) {
    return reader.problem(path, 'VALUE_RANGE', `${shown(text)} is longer than can be counted in milliseconds`);
  }
  const minutes = minutesMeant(text);
  if (minutes !== undefined) {
    const words = `${text} is ${text.slice(1, -1)} months: minutes are ${minutes}`;
    reader.warning(path, 'MONTHS_MEANT_MINUTES', words, minutes);
  }
  return { type: 'ordered', text, datatype: datatype ?? 'xsd:duration', ...ends(span) };
}

function numberOf(reader: Reader, { text, path, datatype }: Literal, operand: Operand): OrderedValue | undefined {
  const found = decimalOf(text);
  const whole = operand.scale === 'integer' || (datatype !== undefined && !fractional.includes(datatype));
  if (found === 'malformed') {
    return reader.problem(path, 'VALUE_MALFORMED', `${shown(text)} is not a number, which ${operand.term} is`);
  }
  if (found === 'range') {
    return reader.problem(path, 'VALUE_RANGE', `${shown(text)} has more than 15 digits, and could not be kept exactly`);
  }
  const [least, greatest] = operand.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const out = found.value < least || found.value > greatest || (whole && !Number.isSafeInteger(found.value));
  if (out || (datatype === 'xsd:positiveInteger' && found.value < 1) || (negativeless(datatype) && found.value < 0)) {
    const bounds =
      operand.range === undefined
        ? ''
        : ` from ${least} to ${greatest === Number.MAX_SAFE_INTEGER ? '2^53-1' : greatest}`;
    const what = `a ${whole ? 'whole ' : ''}number${bounds}`;
    return reader.problem(path, 'VALUE_RANGE', `${operand.term} is ${what}, not ${shown(text)}`);
  }
  const usual = found.whole && !/[.eE]/.test(text) ? 'xsd:integer' : /[eE]/.test(text) ? 'xsd:double' : 'xsd:decimal';
  return { type: 'ordered', text, datatype: datatype ?? usual, low: found.value, high: found.value };
}

const fractional = ['xsd:decimal', 'xsd:double', 'xsd:float'];

function negativeless(datatype: string | undefined): boolean {
  return datatype === 'xsd:nonNegativeInteger' || (datatype?.startsWith('xsd:unsigned') ?? false);
}

function ends({ low, high }: { low: number; high: number }) {
  return { low, high };
}
