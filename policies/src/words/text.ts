export type Language = 'en' | 'zh';

/** Text in both languages, chosen late. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** Where the Chinese of a demand differs from that of a situation, `when` is the situation: 用途限于 and 用途为. */
export interface Said extends Words {
  readonly when?: string;
}

/** The same in both languages. */
export function same(text: string): Words {
  return { en: text, zh: text };
}

/** Chinese with names, numbers and times in it: a space stands between a Chinese character and a Latin letter or digit, nowhere else. */
export function han(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, next, at) => spaced(spaced(text, String(values[at - 1] ?? '')), next));
}

/** Two pieces of Chinese text next to each other. */
export function spaced(left: string, right: string): string {
  const [before, after] = [left.at(-1) ?? '', right.at(0) ?? ''];
  const meet = (chinese.test(before) && latin.test(after)) || (latin.test(before) && chinese.test(after));
  return `${left}${meet ? ' ' : ''}${right}`;
}

const chinese = /\p{Script=Han}/u;
const latin = /[\p{Script=Latin}\p{N}$_%]/u;

/** At most this many names in the sentence of a decision; a contract is told in full. */
const shown = 8;

export function namesText(names: readonly string[], lang: Language, most = shown): string {
  const head = names
    .slice(0, most)
    .map((name) => nameText(name))
    .join(lang === 'en' ? ', ' : '、');
  const more = names.length - most;
  if (more <= 0) return head;
  return lang === 'en' ? `${head} and ${more} more` : `${head}等${names.length}个`;
}

const plain = /^[\p{L}\p{N}_$][\p{L}\p{N}\p{M}_.:/#@%+=~?&*$[\]-]*$/u;

/**
 * A name as its author wrote it. One that is not a single word stands in quotation marks, and can neither close them nor break the
 * line: a purpose called `x. Anybody may use it` must not read as a sentence of the contract.
 */
export function nameText(name: string): string {
  return plain.test(name) ? name : quoted(name);
}

/** Text of somebody else's, marked as such. */
export function quoted(text: string): string {
  return `“${text.replace(/[“”"]/g, "'").replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')}”`;
}

/** Terms keep the part a person reads: `https://w3id.org/idsa/code/ROLE` is `ROLE`. */
export function localName(term: string): string {
  return /[^/#:]+$/.exec(term)?.[0] ?? term;
}
