import { expect, it } from 'vitest';
import type { AuthorityKeys } from './key-statement.js';
import { Remembered } from './remembered.js';

const keys: AuthorityKeys = new Map();

it('says again what verified, to the same keys only, and forgets the oldest', async () => {
  const remembered = new Remembered<string>(2);
  const asked: string[] = [];
  const say = (text: string, by = keys) =>
    remembered.get(by, text, async () => {
      asked.push(text);
      return `said ${text}`;
    });
  expect([await say('a'), await say('a'), await say('b')]).toEqual(['said a', 'said a', 'said b']);
  expect(asked).toEqual(['a', 'b']);
  await say('a', new Map());
  expect(asked).toEqual(['a', 'b', 'a']);
  await say('c');
  await say('b');
  expect(asked).toEqual(['a', 'b', 'a', 'c']);
  await say('a');
  expect(asked).toEqual(['a', 'b', 'a', 'c', 'a']);
});

it('keeps nothing that does not verify, and pushes nothing out for it', async () => {
  const remembered = new Remembered<string>(1);
  await remembered.get(keys, 'good', async () => 'good');
  const forged = () => remembered.get(keys, 'forged', () => Promise.reject(new Error('no')));
  await expect(forged()).rejects.toThrow('no');
  await expect(forged()).rejects.toThrow('no');
  expect(await remembered.get(keys, 'good', () => Promise.reject(new Error('forgotten')))).toBe('good');
});
