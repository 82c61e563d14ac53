import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DatasetEntry, entryBytes, entryLimits, parseEntry, publisherOf } from './dataset-entry.js';
import { buildHead, entryTree, type Head, headLimits, readHead, signHead } from './head.js';
import { type Hit, type Verdict, verifyEntry, verifyHead } from './hit.js';
import { canonicalJson } from './json/canonical.js';
import { jwkOf, thumbprint } from './jws/jwk.js';
import { signingKeyFrom } from './jws/signing-key.js';
import { emptyRoot } from './merkle/hashing.js';
import { issueKeyStatement, type KeyStatement } from './trust/key-statement.js';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const acme = 'urn:causeway:acme';
const bolt = 'urn:causeway:bolt';

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { ...signingKeyFrom(privateKey), publicKey };
}

const authority = newKey();
const authorities = new Map([[authority.kid, authority.publicKey]]);

async function certified(participant: string, changes: Partial<KeyStatement> = {}, issuer = authority) {
  const key = newKey();
  const keyStatement = await issueKeyStatement(
    {
      version: '1',
      participant,
      role: 'participant',
      use: 'signing',
      key: jwkOf(key.publicKey),
      kid: thumbprint(key.publicKey),
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2027-01-01T00:00:00.000Z',
      sequence: '1',
      ...changes,
    },
    issuer,
  );
  return { ...key, keyStatement };
}

function entry(local: string, changes: Partial<DatasetEntry> = {}): DatasetEntry {
  return {
    version: '1',
    id: `${acme}:${local}`,
    title: { en: local },
    keywords: [],
    formats: ['GrpcData-PULL'],
    ...changes,
  };
}

const tree = entryTree(acme, [entry('c'), entry('a', { title: { zh: '挖掘机动臂总成' } }), entry('b')]);

function head(changes: Partial<Parameters<typeof buildHead>[0]> = {}): Head {
  return buildHead({
    publisher: acme,
    dsp: 'https://acme.example:7443/dsp',
    sequence: 5,
    issued: now - 1_000,
    expires: now + 60_000,
    count: tree.entries.length,
    root: tree.root,
    ...changes,
  });
}

type Certified = Awaited<ReturnType<typeof certified>>;
let ours: Certified;
let theirs: Certified;

beforeAll(async () => {
  ours = await certified(acme);
  theirs = await certified(bolt);
});

async function hit(changes: Partial<Hit> = {}, headChanges: Parameters<typeof head>[0] = {}, key = ours): Promise<Hit> {
  return {
    entry: tree.entries[1] ?? new Uint8Array(),
    index: 1,
    proof: tree.proofs[1] ?? [],
    head: await signHead(head(headChanges), key),
    keyStatement: key.keyStatement,
    ...changes,
  };
}

async function judge(candidate: Hit): Promise<Verdict<DatasetEntry>> {
  const head = await verifyHead(candidate, { authorities, now });
  return head.ok ? verifyEntry(candidate, head.value) : head;
}

async function reasonOf(candidate: Hit): Promise<string> {
  const verdict = await judge(candidate);
  return verdict.ok ? 'ok' : verdict.reason;
}

describe('a hit', () => {
  it('is accepted when the publisher signed it, and says what and when', async () => {
    const signed = await hit();
    expect(await verifyHead(signed, { authorities, now })).toEqual({ ok: true, value: head() });
    expect(await judge(signed)).toMatchObject({ ok: true, value: { id: `${acme}:b` } });
  });

  it('is dropped with an altered entry', async () => {
    const altered = Buffer.from(canonicalJson(entry('b', { title: { en: 'free of charge' } })));
    expect(await reasonOf(await hit({ entry: altered }))).toBe('ENTRY_NOT_PROVEN');
    expect(await reasonOf(await hit({ entry: Buffer.from('{ "id": 1 }') }))).toBe('ENTRY_MALFORMED');
    const foreign = Buffer.from(canonicalJson(entry('b', { id: `${bolt}:b` })));
    expect(await reasonOf(await hit({ entry: foreign }))).toBe('ENTRY_NOT_OF_PUBLISHER');
    const nested = Buffer.from(canonicalJson(entry('b', { id: `${acme}:x:b` })));
    expect(await reasonOf(await hit({ entry: nested }))).toBe('ENTRY_NOT_OF_PUBLISHER');
  });

  it('is dropped with an entry shown at another place of the tree', async () => {
    for (const index of [0, 2, 3, -1, 0.5, 2 ** 60, Number.NaN]) {
      expect(await reasonOf(await hit({ index }))).toBe('ENTRY_NOT_PROVEN');
    }
    expect(await reasonOf(await hit({ proof: [] }))).toBe('ENTRY_NOT_PROVEN');
    expect(await reasonOf(await hit({ proof: [new Uint8Array(1), new Uint8Array(32)] }))).toBe('ENTRY_NOT_PROVEN');
  });

  it('is dropped with a head that another enrolled key signed', async () => {
    expect(await reasonOf(await hit({}, {}, theirs))).toBe('SIGNER_NOT_PUBLISHER');
    expect(await reasonOf(await hit({ keyStatement: ours.keyStatement }, {}, theirs))).toBe('SIGNATURE_WRONG');
    const broker = await certified(acme, { role: 'broker' });
    expect(await reasonOf(await hit({}, {}, broker))).toBe('SIGNER_NOT_PUBLISHER');
  });

  it('is dropped with keys that our authority did not vouch for, or not for today', async () => {
    expect(await reasonOf(await hit({}, {}, await certified(acme, {}, newKey())))).toBe('KEY_UNTRUSTED');
    expect(await reasonOf(await hit({ keyStatement: 'x'.repeat(headLimits.keyStatement + 1) }))).toBe('KEY_UNTRUSTED');
    const old = await certified(acme, { notAfter: '2026-02-01T00:00:00.000Z' });
    expect(await reasonOf(await hit({}, {}, old))).toBe('KEY_EXPIRED');
    const early = await certified(acme, { notBefore: '2026-04-01T00:00:00.000Z' });
    expect(await reasonOf(await hit({}, {}, early))).toBe('KEY_EXPIRED');
  });

  it('is dropped with heads that are expired or from the future', async () => {
    expect(await reasonOf(await hit({}, { expires: now }))).toBe('HEAD_EXPIRED');
    expect(await reasonOf(await hit({}, { issued: now + 30_001 }))).toBe('HEAD_NOT_YET');
    expect(await reasonOf(await hit({}, { issued: now + 30_000 }))).toBe('ok');
  });

  it('is dropped for every changed byte of the head', async () => {
    const { head: jws, ...rest } = await hit();
    for (let at = 0; at < jws.length; at++) {
      const changed = jws.slice(0, at) + (jws[at] === 'A' ? 'B' : 'A') + jws.slice(at + 1);
      expect((await verifyHead({ ...rest, head: changed }, { authorities, now })).ok).toBe(false);
    }
  });

  it('shows no control characters of a stranger in its detail', async () => {
    const text = canonicalJson({ ...entry('b'), title: { en: '\u009b2J' } });
    const verdict = await judge(await hit({ entry: Buffer.from(text) }));
    expect(verdict).toMatchObject({ ok: false, reason: 'ENTRY_MALFORMED' });
    expect(JSON.stringify(verdict)).not.toMatch(/\p{Cc}/u);
  });
});

describe('heads', () => {
  it('are the same bytes when signed again', async () => {
    expect(await signHead(head(), ours)).toBe(await signHead(head(), ours));
  });

  it.each<[string, Partial<Head>]>([
    ['a life of more than a day', { expires: new Date(now + headLimits.lifeMs).toISOString() }],
    ['an end before its beginning', { expires: new Date(now - 2_000).toISOString() }],
    ['a sequence that is no safe integer', { sequence: '9007199254740993' }],
    ['a sequence in another spelling', { sequence: '05' }],
    ['too many entries', { count: '10001' }],
    ['an address that is not https', { dsp: 'http://acme.example/dsp' }],
    ['an address with a query', { dsp: 'https://acme.example/dsp?x' }],
    ['a root of another length', { root: 'AAAA' }],
    ['a day that does not exist', { issued: '2026-02-30T00:00:00.000Z' }],
  ])('with %s are refused', async (_, changes) => {
    await expect(signHead({ ...head(), ...changes }, ours)).rejects.toMatchObject({ code: 'SHAPE_INVALID' });
  });

  it('are read back', async () => {
    expect(readHead(await signHead(head(), ours))).toEqual(head());
  });
});

describe('entries', () => {
  it('stand in id order, and each has its proof', () => {
    expect(tree.entries.map((bytes) => parseEntry(bytes).id)).toEqual(['a', 'b', 'c'].map((name) => `${acme}:${name}`));
    expect(entryTree(acme, []).root).toEqual(emptyRoot);
  });

  it('of others, or twice, are refused', () => {
    expect(() => entryTree(acme, [entry('a', { id: `${bolt}:a` })])).toThrow(/urn:causeway:bolt:a/);
    expect(() => entryTree(acme, [entry('a'), entry('a')])).toThrow(/once/);
  });

  it.each<[string, object]>([
    ['an unknown member', { price: '1' }],
    ['no title', { title: {} }],
    ['a title in a third language', { title: { de: 'Löffel' } }],
    ['an empty keyword', { keywords: [''] }],
    ['a keyword twice', { keywords: ['a', 'a'] }],
    ['an escape sequence', { title: { en: '\u001b[2J' } }],
    ['a direction override', { publisherName: 'a\u202eb' }],
    ['a line break in a title', { title: { en: 'a\nb' } }],
    ['a description that is too long', { description: 'x'.repeat(entryLimits.description + 1) }],
    ['an id that is no dataset id', { id: 'urn:causeway:acme:' }],
    ['a size that is a number', { bytes: 5 }],
    ['a digest of another kind', { datasetVersion: 'md5:00' }],
  ])('with %s are refused', (_, changes) => {
    expect(() => parseEntry(Buffer.from(canonicalJson({ ...entry('a'), ...changes })))).toThrow(
      expect.objectContaining({ code: 'SHAPE_INVALID' }),
    );
  });

  it('are bounded in bytes', () => {
    const large = entry('a', {
      description: '挖'.repeat(4_000),
      keywords: Array.from({ length: 32 }, (_, n) => `${n}${'挖'.repeat(90)}`),
    });
    expect(() => entryBytes(large)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('may hold lines in their description', () => {
    expect(parseEntry(entryBytes(entry('a', { description: 'one\n\ttwo' }))).description).toBe('one\n\ttwo');
  });

  it('name their publisher', () => {
    expect(publisherOf(`${acme}:a.b_c-1`)).toBe(acme);
    expect(publisherOf('acme')).toBeUndefined();
  });
});
