import { expect, test } from 'vitest';
import { gb18030 } from './gb18030.js';

const decoder = new TextDecoder('gb18030', { fatal: true });

test('every character comes back, but for a few for private use that have no code', () => {
  const without: number[] = [];
  let text = '';
  for (let point = 0; point <= 0x10ffff; point += point < 0x11000 ? 1 : 251) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    try {
      gb18030(character);
      text += character;
    } catch {
      without.push(point);
    }
  }
  expect(decoder.decode(gb18030(text))).toBe(text);
  expect(without).toContain(0xe5e5);
  expect(without.length).toBeLessThan(20);
  expect(without.filter((point) => point < 0xe000 || point > 0xf8ff)).toEqual([]);
});

test.each([
  ['油缸 boom', 'd3cdb8d7 20 626f6f6d'],
  ['€', 'a2e3'],
  ['䶮', 'fe9f'],
  ['𠀀', '95328236'],
])('%s', (text, hex) => {
  expect(gb18030(text).toString('hex')).toBe(hex.replaceAll(' ', ''));
});

test('a lone surrogate has no code', () => {
  expect(() => gb18030('\ud840')).toThrow('U+D840 has no code in GB18030');
});
