import { expect, test } from 'vitest';
import type { Constraint, JsonValue } from '../model.js';
import { spanOfDuration } from './duration.js';
import { spanOfInstant } from './instant.js';
import { parsePolicy } from './policy.js';

const day = 86_400_000;

function read(leftOperand: string, rightOperand: JsonValue, more: object = {}, operator = 'eq') {
  const constraint = { leftOperand, operator, rightOperand, ...more };
  const result = parsePolicy({ '@type': 'Set', permission: [{ constraint: [constraint] }] });
  if (!result.ok) return result.problems.map(({ code }) => code);
  const [found]: readonly (Constraint | undefined)[] = result.policy.permissions[0]?.constraints ?? [];
  return found && 'value' in found ? found.value : undefined;
}

test.each([
  ['2027-01-01T00:00:00Z', Date.UTC(2027, 0, 1)],
  ['2027-01-01T08:00:00+08:00', Date.UTC(2027, 0, 1)],
  ['2026-12-31T24:00:00Z', Date.UTC(2027, 0, 1)],
  ['2027-01-01T00:00Z', Date.UTC(2027, 0, 1)],
  ['2027-01-01T00:00:00.5000Z', Date.UTC(2027, 0, 1) + 500],
  ['2027-01-01Z', Date.UTC(2027, 0, 1)],
])('the instant %s', (text, at) => {
  expect(read('dateTime', text)).toMatchObject({ type: 'ordered', text, low: at, high: at });
});

test('a time without a zone lies anywhere in 28 hours, and a date is its midnight', () => {
  const midnight = Date.UTC(2027, 0, 1);
  const wide = { low: midnight - 14 * 3_600_000, high: midnight + 14 * 3_600_000 };
  expect(spanOfInstant('2027-01-01T00:00:00')).toEqual({ ...wide, date: false, zone: false });
  expect(spanOfInstant('2027-01-01')).toEqual({ ...wide, date: true, zone: false });
});

test.each([
  ['P30D', 30 * day, 30 * day],
  ['PT60M', 3_600_000, 3_600_000],
  ['P2W', 14 * day, 14 * day],
  ['P1M', 28 * day, 31 * day],
  ['P2M', 59 * day, 62 * day],
  ['P1Y', 365 * day, 366 * day],
  ['P12M', 365 * day, 366 * day],
  ['P1DT0.5S', day + 500, day + 500],
  ['-P1M', -31 * day, -28 * day],
  ['P0D', 0, 0],
])('the duration %s', (text, low, high) => {
  expect(spanOfDuration(text)).toEqual({ low, high });
});

/** Whatever day they begin on, no span of calendar months is longer or shorter than is said of it. */
test('months and years span every calendar', () => {
  for (let months = 1; months <= 50; months++) {
    const span = spanOfDuration(`P${months}M`);
    let [least, most] = [Number.POSITIVE_INFINITY, 0];
    for (let year = 1896; year <= 1908; year++) {
      for (let month = 0; month < 12; month++) {
        const length = Date.UTC(year, month + months, 1) - Date.UTC(year, month, 1);
        [least, most] = [Math.min(least, length), Math.max(most, length)];
      }
    }
    expect(span?.low).toBeLessThanOrEqual(least);
    expect(span?.high).toBeGreaterThanOrEqual(most);
  }
});

test.each([
  ['P', 'PT', 'P1', '1D', 'P-1D', 'P1H', 'PT1D', 'P1.5D', 'P1M1Y', 'P1D2W', 'PT1.0005S', 'P99999999999Y'],
  ['2027-02-29T00:00:00Z', '2027-13-01', '2027-01-01T25:00:00Z', '2027-01-01T00:00:00.0001Z', '2027-1-1', '2027'],
])('no span: %s …', (...texts) => {
  for (const text of texts) expect([spanOfDuration(text), spanOfInstant(text)]).toEqual([undefined, undefined]);
});

test('decimals are exact or refused', () => {
  expect(read('percentage', '50.0')).toEqual({
    type: 'ordered',
    text: '50.0',
    datatype: 'xsd:decimal',
    low: 50,
    high: 50,
  });
  expect(read('payAmount', 0.1)).toEqual({
    type: 'ordered',
    text: '0.1',
    datatype: 'xsd:decimal',
    low: 0.1,
    high: 0.1,
  });
  expect(read('payAmount', '123456789012.345')).toMatchObject({ low: 123456789012.345 });
  expect(read('payAmount', '1234567890123.4567')).toEqual(['VALUE_RANGE']);
  expect(read('payAmount', '9007199254740993')).toEqual(['VALUE_RANGE']);
  expect(read('payAmount', '1e999')).toEqual(['VALUE_RANGE']);
  expect(read('payAmount', '1e-400')).toEqual(['VALUE_RANGE']);
  expect(read('payAmount', 'ten')).toEqual(['VALUE_MALFORMED']);
  expect(read('percentage', 101)).toEqual(['VALUE_RANGE']);
  expect(read('count', '10.0')).toMatchObject({ low: 10 });
  expect(read('count', 1.5)).toEqual(['VALUE_RANGE']);
  expect(read('count', { '@value': '0', '@type': 'xsd:positiveInteger' })).toEqual(['VALUE_RANGE']);
});

test('a value is of the datatype it says, whether beside it or in dataType', () => {
  expect(read('dateTime', { '@value': '2027-01-01', '@type': 'xsd:dateTime' })).toEqual(['VALUE_MALFORMED']);
  expect(read('dateTime', { '@value': '2027-01-01T00:00:00', '@type': 'xsd:dateTimeStamp' })).toEqual([
    'VALUE_MALFORMED',
  ]);
  expect(read('dateTime', '2027-01-01T00:00:00Z', { dataType: 'xsd:date' })).toEqual(['VALUE_MALFORMED']);
  expect(read('resolution', '1200', { dataType: 'xsd:integer' })).toMatchObject({ datatype: 'xsd:integer', low: 1200 });
  expect(read('resolution', '1200.5', { dataType: 'xsd:integer' })).toEqual(['VALUE_RANGE']);
  expect(read('elapsedTime', { '@value': 'P1M', '@type': 'xsd:dayTimeDuration' })).toEqual(['VALUE_MALFORMED']);
  expect(read('elapsedTime', { '@value': 'P1D', '@type': 'xsd:decimal' })).toEqual(['DATATYPE_UNKNOWN']);
  expect(read('resolution', '1200', { dataType: 'xsd:furlong' })).toEqual(['DATATYPE_UNKNOWN']);
});

test('names are texts or IRIs, one or several by the operator', () => {
  expect(read('purpose', { '@id': 'urn:p' })).toEqual({ type: 'terms', terms: [{ text: 'urn:p', iri: true }] });
  expect(read('purpose', ['a'])).toEqual({ type: 'terms', terms: [{ text: 'a', iri: false }] });
  expect(read('purpose', ['a', 'b'])).toEqual(['VALUE_MALFORMED']);
  expect(read('purpose', ['a', 'b'], {}, 'isPartOf')).toMatchObject({ terms: [{ text: 'a' }, { text: 'b' }] });
  expect(read('purpose', [], {}, 'isAnyOf')).toEqual(['VALUE_EMPTY']);
  expect(read('purpose', 5)).toEqual(['VALUE_MALFORMED']);
  expect(read('purpose', '')).toEqual(['VALUE_MALFORMED']);
  expect(read('purpose', { '@value': 'x', '@language': 'en' })).toEqual(['TERM_UNKNOWN']);
  expect(read('absoluteSize', '1000', {}, 'lteq')).toMatchObject({ type: 'ordered', low: 1000 });
  expect(read('spatialCoordinates', '48.1,11.5', {}, 'lteq')).toMatchObject({ type: 'terms' });
});
