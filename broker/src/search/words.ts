// What a text is found by. The same function makes the terms of an entry and of a query, so that both agree.
//
// Chinese, Japanese and Korean writing is indexed by single characters and by pairs of neighbours: a dictionary such as
// that of Intl.Segmenter cuts 挖掘机动臂总成 into words that leave 动臂 unfindable. Everything else is cut into words by
// Intl.Segmenter. Part numbers and the like (XG-4021-07) are terms as a whole as well.

/** Longest term in UTF-16 code units; what is longer is found by its beginning. */
const termLength = 64;

/** Longest name in UTF-16 code units that is found as a whole. */
const phraseLength = 128;

const words = new Intl.Segmenter('und', { granularity: 'word' });
const cjkRun = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々〆ー]+/gu;
const code = /[a-z0-9]+(?:[-._/][a-z0-9]+)+/g;

/**
 * The terms under which a text is found, most telling first: whole codes, words, then pairs and single characters.
 *
 * @param most no more than this many; the rest of a long text is not indexed
 */
export function termsOfText(text: string, most: number): string[] {
  const terms = new Set<string>();
  const plain = normalise(text);
  for (const found of codesIn(plain)) for (const part of partsOf(found)) terms.add(clip(part));
  for (const word of wordsIn(plain.replace(cjkRun, ' '))) terms.add(clip(word));
  for (const [run] of plain.matchAll(cjkRun)) for (const gram of grams(run, true)) terms.add(gram);
  return [...terms].slice(0, most);
}

/** The terms that all must be there for a text to match a query. */
export function termsOfQuery(query: string): string[] {
  const terms = new Set<string>();
  let rest = normalise(query);
  for (const found of codesIn(rest)) terms.add(clip(found));
  rest = rest.replace(code, (found) => (isCode(found) ? ' ' : found));
  for (const word of wordsIn(rest.replace(cjkRun, ' '))) terms.add(clip(word));
  for (const [run] of rest.matchAll(cjkRun)) for (const gram of grams(run, false)) terms.add(gram);
  return [...terms];
}

/** The whole codes of a text, and the whole codes they hold. */
export function codesOfText(text: string): string[] {
  return [...new Set(codesIn(normalise(text)).flatMap(partsOf).map(clip))];
}

/** A whole name or query as it is compared; undefined when it is none, or too long to be one. */
export function phraseOf(text: string): string | undefined {
  const phrase = normalise(text).trim().replace(/\s+/g, ' ');
  return phrase === '' || phrase.length > phraseLength ? undefined : phrase;
}

/** A facet's value as it is compared. */
export function facetTerm(value: string): string {
  return clip(normalise(value).trim());
}

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2010-\u2015\u2212]/g, '-');
}

function wordsIn(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) if (isWordLike) found.push(segment);
  return found;
}

function codesIn(text: string): string[] {
  return [...text.matchAll(code)].map(([found]) => found).filter(isCode);
}

function isCode(text: string): boolean {
  return /[0-9]/.test(text);
}

// `xg-4021-07.csv` and `xg-4021-07/08` are also found as xg-4021-07.
function partsOf(found: string): string[] {
  return [found, ...found.split('/'), ...found.split(/[/._]/)].filter((part) => part === found || /[-._]/.test(part));
}

function grams(run: string, single: boolean): string[] {
  const characters = [...run];
  const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`);
  return single || pairs.length === 0 ? [...pairs, ...characters] : pairs;
}

function clip(term: string): string {
  // Never half of a surrogate pair.
  return term.length <= termLength ? term : term.slice(0, termLength).replace(/[\ud800-\udbff]$/, '');
}
