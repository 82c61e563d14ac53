import { beforeAll, expect, it } from 'vitest';
import { testTrust } from '../testing/index.js';
import { readInvitation, writeInvitation } from './invitation.js';

const code = `${'i'.repeat(16)}.${'s'.repeat(32)}`;
let root: string;

beforeAll(async () => {
  root = (await testTrust()).ca.cert;
});

it('comes back from its text, also with white space around', () => {
  const text = writeInvitation({ authority: 'https://127.0.0.1:7400', root, code });
  const read = readInvitation(`\n ${text} \n`);
  expect(read).toMatchObject({ authority: 'https://127.0.0.1:7400', code });
  expect(read.root.replaceAll(/\s/g, '')).toBe(root.replaceAll(/\s/g, ''));
  expect(text.length).toBeLessThan(2_500);
});

it('is refused when it is none', () => {
  const text = writeInvitation({ authority: 'https://127.0.0.1:7400', root, code });
  for (const bad of [
    '',
    text.slice(0, -400),
    text.slice(1),
    `${text}${'A'.repeat(20_000)}`,
    writeInvitation({ authority: 'http://127.0.0.1:7400', root, code }),
    writeInvitation({ authority: 'https://user@127.0.0.1:7400', root, code }),
    writeInvitation({ authority: 'https://127.0.0.1:7400/path', root, code }),
    writeInvitation({ authority: 'https://127.0.0.1:7400', root, code: 'short' }),
    `causeway-invitation-v1.${Buffer.from('null').toString('base64url')}`,
  ]) {
    expect(() => readInvitation(bad)).toThrow(expect.objectContaining({ code: 'INVITATION_INVALID' }));
  }
});
