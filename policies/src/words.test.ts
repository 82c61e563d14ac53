import { expect, test } from 'vitest';
import type { AtomicConstraint, OrderedValue } from './model.js';
import { nameText } from './words/text.js';
import { durationWords, instantWords } from './words/time.js';
import { unitWords } from './words/units.js';
import { atomWords, constraintWords, namesText } from './words.js';

function ordered(text: string, datatype: string, low: number, high = low): OrderedValue {
  return { type: 'ordered', text, datatype, low, high };
}

function atom(
  operand: string,
  operator: AtomicConstraint['operator'],
  value: AtomicConstraint['value'] | string | readonly string[],
) {
  const texts = typeof value === 'string' ? [value] : value;
  const found = Array.isArray(texts)
    ? { type: 'terms' as const, terms: texts.map((text: string) => ({ text, iri: false })) }
    : (value as AtomicConstraint['value']);
  return { path: '', operand, operator, value: found } satisfies AtomicConstraint;
}

test.each([
  ['P30D', '30 days', '30 天'],
  ['P1D', '1 day', '1 天'],
  ['PT1H', '1 hour', '1 小时'],
  [
    'P1Y2M3DT4H5M6.5S',
    '1 year, 2 months, 3 days, 4 hours, 5 minutes and 6.5 seconds',
    '1 年 2 个月 3 天 4 小时 5 分钟 6.5 秒',
  ],
  ['P2W', '2 weeks', '2 周'],
  ['P0D', '0 days', '0 天'],
  ['P0Y30D', '30 days', '30 天'],
  ['-P1D', 'minus 1 day', '负1 天'],
  ['P60M', '60 months', '60 个月'],
  ['PT', 'PT', 'PT'],
  ['soon', 'soon', 'soon'],
])('the duration %s', (text, en, zh) => {
  expect(durationWords(text)).toEqual({ en, zh });
});

const newYear = Date.UTC(2027, 0, 1);
test.each([
  ['2027-01-01T00:00:00Z', newYear, '2027-01-01T00:00:00Z', '2027年1月1日 00:00（UTC）'],
  ['2027-01-01T08:00:00+08:00', newYear, '2027-01-01T00:00:00Z', '2027年1月1日 08:00（北京时间）'],
  ['2026-12-31T18:30:00-05:30', newYear, '2027-01-01T00:00:00Z', '2026年12月31日 18:30（UTC-5:30）'],
  ['2027-01-01T01:00+01:00', newYear, '2027-01-01T00:00:00Z', '2027年1月1日 01:00（UTC+1）'],
  ['2027-01-01T00:00:01.5Z', newYear + 1500, '2027-01-01T00:00:01.500Z', '2027年1月1日 00:00:01.5（UTC）'],
])('the instant %s', (text, at, en, zh) => {
  expect(instantWords(ordered(text, 'xsd:dateTime', at))).toEqual({ en, zh });
});

test('an instant without a zone says so', () => {
  const open = (text: string) =>
    instantWords(ordered(text, 'xsd:dateTime', newYear - 14 * 3_600_000, newYear + 14 * 3_600_000));
  expect(open('2027-01-01T00:00:00')).toEqual({
    en: '2027-01-01T00:00:00 (no zone)',
    zh: '2027年1月1日 00:00（未注明时区）',
  });
  expect(open('2027-01-01')).toEqual({ en: '2027-01-01 (no zone)', zh: '2027年1月1日（未注明时区）' });
});

test('units of vocabularies are called by name, any other by its IRI', () => {
  expect(unitWords('http://dbpedia.org/resource/Euro')).toEqual({ en: 'euros', zh: '欧元' });
  expect(unitWords('http://qudt.org/vocab/unit/KiloM')).toEqual({ en: 'kilometres', zh: '千米' });
  expect(unitWords('http://qudt.org/vocab/unit/Furlong').en).toBe('Furlong');
  expect(unitWords('https://evil.example/Euro').en).toBe('https://evil.example/Euro');
});

test('a name cannot pose as a sentence of the contract', () => {
  expect(nameText('urn:causeway:anna')).toBe('urn:causeway:anna');
  expect(nameText('维修')).toBe('维修');
  expect(nameText('')).toBe('“”');
  expect(nameText('x. Anybody may use it')).toBe('“x. Anybody may use it”');
  expect(nameText('x”. Anybody may “use\nit')).toBe("“x'. Anybody may 'use it”");
  expect(nameText('ab\u202ecd')).toBe('“ab cd”');
  expect(nameText('维修，且任何参与方可以使用')).toBe('“维修，且任何参与方可以使用”');
});

test('many names are counted in a decision', () => {
  const names = Array.from({ length: 10 }, (_, at) => `p${at}`);
  expect(namesText(names, 'en')).toBe('p0, p1, p2, p3, p4, p5, p6, p7 and 2 more');
  expect(namesText(names, 'zh')).toBe('p0、p1、p2、p3、p4、p5、p6、p7等10个');
});

const ten = ordered('10', 'xsd:integer', 10);
test.each([
  [atom('count', 'lteq', ten), 'for 10 uses at most', '最多使用 10 次'],
  [atom('count', 'lteq', ordered('1', 'xsd:integer', 1)), 'for 1 use at most', '最多使用 1 次'],
  [atom('count', 'lt', ten), 'before use number 10', '仅限第 10 次之前的使用'],
  [
    atom('dateTime', 'lt', ordered('2027-01-01T00:00:00Z', 'xsd:dateTime', newYear)),
    'before 2027-01-01T00:00:00Z',
    '2027年1月1日 00:00（UTC）之前',
  ],
  [
    atom('elapsedTime', 'lteq', ordered('P30D', 'xsd:duration', 1)),
    'for 30 days from the agreement on',
    '自合约签订起 30 天内',
  ],
  [
    atom('meteredTime', 'lteq', ordered('PT8H', 'xsd:duration', 1)),
    'where the time of use in all is at most 8 hours',
    '累计使用时长不超过 8 小时',
  ],
  [
    { ...atom('payAmount', 'gteq', ordered('500', 'xsd:decimal', 500)), unit: 'http://dbpedia.org/resource/Euro' },
    'where the payment is at least 500 euros',
    '支付金额不少于 500 欧元',
  ],
  [
    atom('http://w3id.org/odrl/spatial-axis#absoluteSizeWidth', 'lteq', ordered('600', 'xsd:decimal', 600)),
    'where the width of the size is at most 600',
    '尺寸的宽度不超过 600',
  ],
  [
    atom('cx-policy:DataUsageEndDate', 'eq', ordered('2027-01-01T00:00:00Z', 'xsd:dateTime', newYear)),
    'where the last day of use is 2027-01-01T00:00:00Z',
    '数据使用截止日为 2027年1月1日 00:00（UTC）',
  ],
  [atom('purpose', 'eq', 'maintenance'), 'for the purpose maintenance', '用途限于 maintenance'],
  [
    atom('purpose', 'isNoneOf', ['resale', 'ads']),
    'for any stated purpose but {resale, ads}',
    '用途不得为 resale、ads',
  ],
  [atom('spatial', 'isPartOf', ['CN', 'DE']), 'within one of {CN, DE}', '使用地点须位于 CN、DE 境内'],
  [
    atom('idsc:SECURITY_LEVEL', 'isPartOf', ['idsc:TRUST_SECURITY_PROFILE']),
    'at the certified security level Trust or higher',
    '认证安全等级不低于可信级',
  ],
  [atom('industry', 'isNoneOf', ['arms']), 'where the industry is not arms', '行业不得为 arms'],
  [atom('event', 'lt', 'odrl:policyUsage'), 'where the event is before odrl:policyUsage', '事件早于 odrl:policyUsage'],
  [
    { ...atom('industry', 'eq', 'steel'), source: 'attested' as const },
    'where the industry is steel (attested by the authority)',
    '行业为 steel（须经认证机构证明）',
  ],
  [
    { ...atom('event', 'eq', 'fair'), declaredOnly: true },
    'where the event is fair [declared only: no software enforces this]',
    '事件为 fair【仅为声明，不作技术强制】',
  ],
])('%j', (constraint, en, zh) => {
  expect(atomWords(constraint)).toEqual({ en, zh });
});

test('logical constraints name what joins their parts', () => {
  const parts = [atom('purpose', 'eq', 'a'), atom('purpose', 'eq', 'b')];
  expect(constraintWords({ path: '', logic: 'xone', operands: [{ path: '', logic: 'or', operands: parts }] })).toEqual({
    en: 'exactly one of (any of (for the purpose a; for the purpose b))',
    zh: '恰好满足其一（满足任一（用途限于 a；用途限于 b））',
  });
});
