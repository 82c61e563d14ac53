import { expect, test } from 'vitest';
import { Secret } from './secret.js';

test('a secret shows itself to nobody who does not ask', () => {
  const secret = new Secret('sesame');
  expect(`${secret} ${JSON.stringify({ secret })}`).toBe('[secret] {"secret":"[secret]"}');
  expect(Object.values(secret)).toEqual([]);
});
