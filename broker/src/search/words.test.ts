import { describe, expect, it } from 'vitest';
import { codesOfText, facetTerm, phraseOf, termsOfQuery, termsOfText } from './words.js';

function finds(query: string, text: string): boolean {
  const terms = new Set(termsOfText(text, 1_000));
  return termsOfQuery(query).every((term) => terms.has(term));
}

describe('terms of texts and queries', () => {
  it.each([
    ['动臂', '挖掘机动臂总成'],
    ['挖掘机动臂', '挖掘机动臂总成'],
    ['斗齿', '高锰钢斗齿 XG-4021-07 库存'],
    ['油', '液压油缸'],
    ['xg-4021-07', '适用XG-4021-07型斗齿'],
    ['ＸＧ－４０２１－０７', 'part XG-4021-07'],
    ['XG-4021-07', 'XG-4021-07.csv'],
    ['XG-4021-07', 'XG-4021-07/08'],
    ['XG‑4021‑07', 'XG-4021-07'],
    ['4021', 'XG-4021-07'],
    ['Boom CYLINDER', 'the cylinder of a boom'],
    ['naïve', 'NAI\u0308VE approach'],
    ['H13 钢', 'H13钢材'],
    ['ブーム', '油圧ショベルのブーム'],
    ['', 'anything'],
  ])('finds %s in %s', (query, text) => {
    expect(finds(query, text)).toBe(true);
  });

  it.each([
    ['臂动', '挖掘机动臂总成'],
    ['XG-4021-08', '斗齿 XG-4021-07'],
    ['XG-4021', 'XG-4021-07'],
    ['boom arm', 'boom'],
    ['oo', 'boom'],
  ])('does not find %s in %s', (query, text) => {
    expect(finds(query, text)).toBe(false);
  });

  it('puts whole codes first, so that a bound on the number of terms cuts them last', () => {
    expect(termsOfText('斗齿 XG-4021-07 of steel', 1)).toEqual(['xg-4021-07']);
  });

  it('bounds the length of a term without cutting a character in half', () => {
    expect(termsOfText('x'.repeat(5_000), 10)).toEqual(['x'.repeat(64)]);
    expect(facetTerm(`${'x'.repeat(63)}𠀀`)).toBe('x'.repeat(63));
  });

  it('knows whole codes, and names as a whole', () => {
    expect(codesOfText('斗齿 XG-4021-07.csv')).toEqual(['xg-4021-07.csv', 'xg-4021-07']);
    expect(phraseOf('  ＸＧ－4021－07 ')).toBe('xg-4021-07');
    expect(phraseOf('Excavator\t Boom')).toBe('excavator boom');
    expect([phraseOf(' '), phraseOf('x'.repeat(129))]).toEqual([undefined, undefined]);
  });

  it('compares facet values without regard to case and width', () => {
    expect(facetTerm(' Ｃａｔ ')).toBe('cat');
  });
});
