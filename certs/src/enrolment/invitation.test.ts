import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { testTrust } from '../testing/index.js';
import { readInvitation, writeInvitation } from './invitation.js';

const code = `${'i'.repeat(16)}.${'s'.repeat(32)}`;
const who = { space: 'demo', id: 'urn:causeway:hydraulics', role: 'participant' } as const;
let root: string;
let other: string;
let text: string;

beforeAll(async () => {
  root = (await testTrust()).ca.cert;
  other = (await testTrust()).ca.cert;
  text = writeInvitation({ authority: 'https://127.0.0.1:7400', root, code, ...who });
});

const lines = (width: number, start = '') => (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((l) => start + l);

describe('comes back from its text', () => {
  const carriers: Record<string, () => string> = {
    'as it is': () => text,
    'with white space around': () => `\n ${text} \n`,
    'with broken lines': () => lines(64).join('\r\n'),
    'in a mail that was answered twice': () =>
      `On Monday Li wrote:\r\n>> Dear all,\r\n${lines(70, '>> ').join('\r\n')}\r\n>> Best regards, Li`,
    'between words, without a blank': () => `邀请码：${lines(31).join('\u3000')}请尽快加入。`,
    'with invisible characters': () => lines(20).join('\u200b\ufeff\u00ad'),
    'with wide characters': () =>
      text.replace(/[A-Za-z0-9]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
    'with other hyphens and blanks': () => lines(40).join('\u00a0').replaceAll('-', '\u2011'),
    'quoted-printable': () => lines(60).join('=\n'),
    twice: () => `${text}\n\n> ${text}`,
    'with its fingerprint in words': () => `SHA-256 ${readInvitation(text).fingerprint}\n\n${text}`,
  };
  it.each(Object.keys(carriers))('%s', (name) => {
    const read = readInvitation(carriers[name]?.() ?? '');
    expect(read).toMatchObject({ authority: 'https://127.0.0.1:7400', code, ...who });
    expect(read.root.replaceAll(/\s/g, '')).toBe(root.replaceAll(/\s/g, ''));
  });

  it('is short', () => {
    expect(text.length).toBeLessThan(2_000);
  });
});

describe('is refused, and says why', () => {
  const write = (change: object) =>
    writeInvitation({ authority: 'https://127.0.0.1:7400', root, code, ...who, ...change });
  const signed = (body: string) =>
    `causeway-invitation-v2.${body}.${createHash('sha256').update(body).digest('base64url').slice(0, 8)}`;
  const bad: Record<string, [() => string, RegExp]> = {
    nothing: [() => '', /begins with causeway-invitation-v2/],
    'without its end': [() => text.slice(0, -400), /its end is missing/],
    'without its beginning': [() => text.slice(1), /begins with/],
    'with a character changed': [
      () => text.replace(/.{100}$/, (end) => `${end[0] === 'A' ? 'B' : 'A'}${end.slice(1)}`),
      /changed/,
    ],
    'too long': [() => `${text}${' '.repeat(70_000)}`, /at most 65536/],
    'two of them': [() => `${text}\n${write({ id: 'urn:causeway:steel' })}`, /two different/],
    'of the first version': [() => 'causeway-invitation-v1.eyJhdXRob3JpdHkiOiJodHRwczovL2EifQ', /begins with/],
    'with the words of another': [
      () => `SHA-256 ${readInvitation(write({ root: other })).fingerprint}\n${text}`,
      /somebody may have put it there/,
    ],
    'without TLS': [() => write({ authority: 'http://127.0.0.1:7400' }), /can be read/],
    'with a user': [() => write({ authority: 'https://user@127.0.0.1:7400' }), /can be read/],
    'with a path': [() => write({ authority: 'https://127.0.0.1:7400/path' }), /can be read/],
    'with a short code': [() => write({ code: 'short' }), /can be read/],
    'with an id that is none': [() => write({ id: 'x' }), /can be read/],
    'with a role that is none': [() => write({ role: 'king' }), /can be read/],
    'of no members': [() => signed(`${Buffer.from('null').toString('base64url')}.AAAA`), /can be read/],
    'with no certificate': [() => signed(`${text.split('.')[1]}.AAAA`), /can be read/],
  };
  it.each(Object.keys(bad))('%s', (name) => {
    const [make, words] = bad[name] ?? [() => '', /./];
    expect(() => readInvitation(make())).toThrow(
      expect.objectContaining({ code: 'INVITATION_INVALID', message: expect.stringMatching(words) }),
    );
  });
});
