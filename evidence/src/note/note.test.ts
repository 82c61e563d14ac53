import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../errors.js';
import { emptyRoot, leafHash } from '../merkle/hashing.js';
import { encryptionKey, keyOf } from '../testing/keys.js';
import { MemoryLog } from '../testing/memory-log.js';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { noteLimits, openNote, signNote } from './signed-note.js';
import { formatReceipt, readReceipt, verifyReceipt } from './tlog-proof.js';
import { noteVerifier, vkeyOf } from './vkey.js';

const name = 'log.example/causeway';
const key = keyOf('log');
const verifier = noteVerifier(vkeyOf(name, key.publicKey));
const witness = { name: 'witness.example', key: keyOf('witness') };
const witnessVerifier = noteVerifier(vkeyOf(witness.name, witness.key.publicKey));

/** The signature lines of a note. */
const signatures = (note: string): string => note.slice(note.lastIndexOf('\n\n') + 2);

const lines = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 5 })
  .map((each) => `${each.join('\n')}\n`)
  .filter((text) => [...text].every((character) => character === '\n' || character >= ' '));

describe('a signed note', () => {
  it("verifies as the standard's example does", () => {
    const example = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
    const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    expect(openNote(example, [noteVerifier(vkey)])).toEqual({
      text: 'This is an example message.\n',
      verifiedBy: ['example.com/foo'],
      ignored: 0,
    });
  });

  it('comes back, with blank lines in its text too', () => {
    fc.assert(
      fc.property(lines, (text) => {
        expect(openNote(signNote(text, name, key.privateKey), [verifier]).text).toBe(text);
      }),
    );
  });

  it('is refused with any bit changed', () => {
    const note = Buffer.from(signNote('one\ntwo\n', name, key.privateKey));
    for (let at = 0; at < note.length * 8; at++) {
      const changed = Buffer.from(note);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(() => openNote(changed.toString(), [verifier]), `bit ${at}`).toThrow(EvidenceError);
    }
  });

  it('ignores keys that nobody knows, and counts them', () => {
    const text = 'text\n';
    const both =
      signNote(text, name, key.privateKey) + signatures(signNote(text, witness.name, witness.key.privateKey));
    expect(openNote(both, [verifier])).toMatchObject({ verifiedBy: [name], ignored: 1 });
    expect(openNote(both, [verifier, witnessVerifier])).toMatchObject({ verifiedBy: [name, witness.name], ignored: 0 });
    expect(() => openNote(both, [])).toThrow(expect.objectContaining({ code: 'NOTE_UNVERIFIED' }));
    const sameName = noteVerifier(vkeyOf(name, witness.key.publicKey));
    expect(() => openNote(signNote(text, name, key.privateKey), [sameName])).toThrow(EvidenceError);
  });

  it('is refused when a known key fails, whatever else holds', () => {
    const forged = signatures(signNote('other\n', witness.name, witness.key.privateKey));
    const note = signNote('text\n', name, key.privateKey) + forged;
    expect(openNote(note, [verifier]).ignored).toBe(1);
    expect(() => openNote(note, [verifier, witnessVerifier])).toThrow(
      expect.objectContaining({ code: 'NOTE_UNVERIFIED' }),
    );
  });

  it.each([
    ['no signatures', 'text\n\n'],
    ['no blank line', 'text\n— a AAAAAAAA\n'],
    ['no last newline', signNote('text\n', name, key.privateKey).slice(0, -1)],
    ['a carriage return', signNote('text\n', name, key.privateKey).replace('text', 'te\rt')],
    ['a hyphen for the dash', signNote('text\n', name, key.privateKey).replace('—', '-')],
    ['two spaces', signNote('text\n', name, key.privateKey).replace('— ', '—  ')],
    ['an empty signature', `text\n\n— ${name} \n`],
    ['base64url', `text\n\n— ${name} ____-_-_\n`],
    ['a lone surrogate', `t\ud800\n\n${signatures(signNote('text\n', name, key.privateKey))}`],
  ])('is refused with %s', (_name, note) => {
    expect(() => openNote(note, [verifier])).toThrow(expect.objectContaining({ code: 'NOTE_INVALID' }));
  });

  it('takes 16 signatures of 5 kB and more, within bounds', () => {
    const note = signNote('text\n', name, key.privateKey);
    const large = `— witness.example ${Buffer.alloc(5_000).toString('base64')}\n`;
    expect(openNote(note + large.repeat(16), [verifier]).ignored).toBe(16);
    const small = '— witness.example AAAAAAAA\n';
    const tooMany = note + small.repeat(noteLimits.signatures);
    expect(() => openNote(tooMany, [verifier])).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    const tooLong = note + large.repeat(50);
    expect(() => openNote(tooLong, [verifier])).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('is not written with what a reader would refuse', () => {
    for (const text of ['no newline', 'tab\t\n', '\ud800\n']) {
      expect(() => signNote(text, name, key.privateKey)).toThrow(TypeError);
    }
    for (const wrong of ['', 'a b', 'a+b', 'a\u2003b', 'a\nb']) {
      expect(() => signNote('text\n', wrong, key.privateKey)).toThrow(TypeError);
      expect(() => vkeyOf(wrong, key.publicKey)).toThrow(TypeError);
    }
    expect(() => vkeyOf(name, encryptionKey())).toThrow(TypeError);
  });
});

describe('a verifier key', () => {
  const vkey = vkeyOf(name, key.publicKey);

  it.each([
    ['another key ID', vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['another name', `x${vkey}`],
    ['a key ID in capitals', vkey.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase())],
    ['another type', vkey.replace(/[^+]+$/, Buffer.alloc(33, 4).toString('base64'))],
    ['a short key', vkey.slice(0, -4)],
    ['two parts', name],
    ['nothing', ''],
  ])('is refused with %s', (_name, wrong) => {
    expect(() => noteVerifier(wrong)).toThrow(expect.objectContaining({ code: 'VKEY_INVALID' }));
  });
});

describe('a checkpoint', () => {
  const checkpoint = { origin: name, size: (1n << 64n) - 1n, root: emptyRoot };
  const signed = (text: string): string => signNote(text, name, key.privateKey);

  it('comes back, with extension lines too', () => {
    expect(parseCheckpoint(signed(formatCheckpoint(checkpoint)), verifier)).toEqual(checkpoint);
    expect(parseCheckpoint(signed(`${formatCheckpoint(checkpoint)}extension\n`), verifier)).toEqual(checkpoint);
  });

  it.each([
    ['another origin', formatCheckpoint({ ...checkpoint, origin: 'other.example' })],
    ['a size with a zero before', `${name}\n01\n${Buffer.from(emptyRoot).toString('base64')}\n`],
    ['a size that no tree has', `${name}\n${1n << 64n}\n${Buffer.from(emptyRoot).toString('base64')}\n`],
    ['no root', `${name}\n1\n`],
    ['a short root', `${name}\n1\nAAAA\n`],
    ['a root spelt twice', `${name}\n1\n${Buffer.from(emptyRoot).toString('base64').replace('U=', 'V=')}\n`],
    ['an empty extension line', `${formatCheckpoint(checkpoint)}\nlast\n`],
  ])('is refused with %s', (_name, text) => {
    expect(() => parseCheckpoint(signed(text), verifier)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
    );
  });

  it('is not written with what a reader would refuse', () => {
    for (const wrong of [
      { size: -1n },
      { size: 1n << 64n },
      { root: new Uint8Array(31) },
      { origin: '' },
      { origin: 'a\nb' },
    ]) {
      expect(() => formatCheckpoint({ ...checkpoint, ...wrong })).toThrow(TypeError);
    }
  });
});

describe('a receipt', () => {
  async function logged(): Promise<{ leaf: Uint8Array; receipt: string }> {
    const log = new MemoryLog();
    for (let at = 0; at < 11; at++) log.append(Buffer.from(`leaf ${at}`));
    return { leaf: Buffer.from('leaf 6'), receipt: await log.receipt(6n) };
  }

  it('verifies offline, and is written as the standard writes it', async () => {
    const { leaf, receipt } = await logged();
    expect(receipt).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex 6\n([A-Za-z0-9+/]{43}=\n){4}\nlog\.example\/causeway\n11\n/,
    );
    const { index, checkpoint, note } = verifyReceipt(receipt, leaf, verifier);
    expect([index, checkpoint.size]).toEqual([6n, 11n]);
    expect(parseCheckpoint(note, verifier)).toEqual(checkpoint);
    expect(formatReceipt(readReceipt(receipt))).toBe(receipt);
  });

  it('verifies for the only leaf, with no hashes', async () => {
    const log = new MemoryLog();
    log.append(Buffer.from('only'));
    expect(verifyReceipt(await log.receipt(0n), Buffer.from('only'), verifier).index).toBe(0n);
  });

  it('is refused for another leaf and with any byte changed', async () => {
    const { leaf, receipt } = await logged();
    expect(() => verifyReceipt(receipt, leafHash(leaf), verifier)).toThrow(
      expect.objectContaining({ code: 'PROOF_INVALID' }),
    );
    const bytes = Buffer.from(receipt);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
      expect(() => verifyReceipt(changed.toString(), leaf, verifier), `byte ${at}`).toThrow(EvidenceError);
    }
  });

  it.each([
    ['extra data that nobody signed', (receipt: string) => receipt.replace('\nindex', '\nextra AAAA\nindex')],
    ['an index with a zero before', (receipt: string) => receipt.replace('index 6', 'index 06')],
    ['an index beyond 2^64', (receipt: string) => receipt.replace('index 6', `index ${1n << 64n}`)],
    ['another version', (receipt: string) => receipt.replace('@v1', '@v2')],
    ['too many hashes', (receipt: string) => receipt.replace('\n\n', `\n${`${'A'.repeat(43)}=\n`.repeat(61)}\n`)],
    ['no checkpoint', (receipt: string) => receipt.slice(0, receipt.indexOf('\n\n'))],
    ['nothing', () => ''],
  ])('is refused with %s', async (_name, change) => {
    const { leaf, receipt } = await logged();
    expect(() => verifyReceipt(change(receipt), leaf, verifier)).toThrow(
      expect.objectContaining({ code: 'RECEIPT_INVALID' }),
    );
  });
});
