import type { Words } from '@causeway/cli';

/** Tells a person a line, in their language. */
export type Say = (line: Words) => void;

/** Lines under a heading: what was done, then what there is to say of it. */
export function step(say: Say, did: Words, ...details: readonly Words[]): void {
  const [first = { en: '', zh: '' }, ...rest] = details;
  say({ en: did.en.padEnd(12) + first.en, zh: did.zh.padEnd(4, '　') + first.zh });
  for (const { en, zh } of rest) say({ en: ' '.repeat(12) + en, zh: '　'.repeat(4) + zh });
}

/** The same in every language: a name, a number. */
export function same(text: string): Words {
  return { en: text, zh: text };
}
