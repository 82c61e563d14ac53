import type { Identity } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { canonicalJson, type Head, readHead, signHead } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import type { causeway } from '@causeway/proto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Member } from './testing/member.js';
import { SmallBroker } from './testing/small-broker.js';

type WireHit = causeway.broker.v1.Hit.$Properties;

const all = { query: '', facets: {}, limit: 20 };

let trust: TestTrust;
let brokerIdentity: Identity;
let clock: ManualClock;
let broker: SmallBroker;
let acme: Member;
let bolt: Member;
let reader: Member;

beforeAll(async () => {
  trust = await testTrust();
  brokerIdentity = await trust.identity('urn:causeway:broker', 'broker');
});

beforeEach(async () => {
  clock = new ManualClock();
  broker = new SmallBroker();
  await broker.start(brokerIdentity, clock);
  const join = (name: string) => Member.join({ trust, clock, name, broker: broker.address });
  [acme, bolt, reader] = await Promise.all([join('acme'), join('bolt'), join('reader')]);
  await acme.put('boom', { title: { zh: '动臂' }, description: 'of steel' });
  await acme.put('teeth');
  await bolt.put('bolts');
  await acme.register();
  await bolt.register();
});

afterEach(async () => {
  for (const member of [acme, bolt, reader]) await member[Symbol.asyncDispose]();
  await broker.close();
});

function headOf(hit: WireHit | undefined): Head {
  return readHead(hit?.head?.head ?? '');
}

/** A head with changes, signed with somebody's key. */
async function forged(hit: WireHit, changes: Partial<Head>, key: Identity['signing'], keyStatement = key.keyStatement) {
  return { ...hit, head: { head: await signHead({ ...headOf(hit), ...changes }, key), keyStatement } };
}

/** What a search shows of acme's boom when the broker does this to it; everything else must be untouched. */
async function withBoom(change: (hit: WireHit) => WireHit | Promise<WireHit>) {
  broker.tamper = ([boom = {}, ...others]) => Promise.all([change(boom), ...others]);
  const page = await reader.discovery.search(all);
  expect(page.hits.map(({ dataset }) => dataset)).toEqual(expect.arrayContaining([`${bolt.id}:bolts`]));
  return page;
}

async function reasonsOf(change: (hit: WireHit) => WireHit | Promise<WireHit>): Promise<string[]> {
  return (await withBoom(change)).dropped.map(({ reason }) => reason.code);
}

describe('an honest broker', () => {
  it('is read, and each hit says who signed it and where they are', async () => {
    broker.next = 'more';
    const { hits, dropped, next } = await reader.discovery.search(all);
    expect(dropped).toEqual([]);
    expect(next).toBe('more');
    expect(hits.map(({ dataset }) => dataset)).toEqual([`${acme.id}:boom`, `${acme.id}:teeth`, `${bolt.id}:bolts`]);
    expect(hits[0]).toMatchObject({
      publisher: acme.id,
      address: 'https://acme.example/dsp',
      entry: { title: { zh: '动臂' }, description: 'of steel', classification: '1', bytes: '1' },
      liveness: { state: 'online', lastSeen: 1 },
    });
    expect(JSON.stringify(hits)).not.toContain('/secret');
    expect((await reader.discovery.resolve(`${acme.id}:boom`)).hits).toEqual([hits[0]]);
    expect(await reader.discovery.describe(acme.id)).toMatchObject({ participant: { datasets: 2 }, dropped: [] });
    expect(await reader.discovery.address(bolt.id)).toBe('https://bolt.example/dsp');
  });

  it('says what there is in all, which is passed on as its own word, bounded', async () => {
    expect((await reader.discovery.search(all)).tally).toBeUndefined();
    const values = Array.from({ length: 60 }, (_, n) => ({ value: `CN-${n}`, count: 60 - n }));
    broker.tally = {
      found: 9,
      facets: [
        {
          name: 'region',
          values: [...values.slice(0, 2), { value: 'x'.repeat(201), count: 1 }, { value: '', count: 1 }],
        },
        { name: 'price', values },
        { name: 'format', values },
      ],
    };
    const { tally, hits } = await reader.discovery.search(all);
    expect(hits).toHaveLength(3);
    expect(tally).toMatchObject({ found: 9, partial: false });
    expect(tally?.facets.map(({ name, values: told }) => [name, told.length])).toEqual([
      ['format', 50],
      ['region', 2],
    ]);
  });

  it('that knows nothing of it says so', async () => {
    await expect(reader.discovery.resolve(`${acme.id}:none`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(reader.discovery.address(reader.id)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
  });

  it('that is away leaves the addresses that were signed lately', async () => {
    await reader.discovery.search(all);
    await broker.close();
    await expect(reader.discovery.search(all)).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
    expect(await reader.discovery.address(acme.id)).toBe('https://acme.example/dsp');
    await expect(reader.discovery.address('urn:causeway:nobody')).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
    await clock.advance(300_000);
    await expect(reader.discovery.address(acme.id)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
  });
});

describe('a broker that lies', () => {
  it('and alters an entry is found out', async () => {
    const page = await withBoom((hit) => {
      const entry = JSON.parse(Buffer.from(hit.entry ?? []).toString());
      return { ...hit, entry: Buffer.from(canonicalJson({ ...entry, description: 'of gold' })) };
    });
    expect(page.dropped).toEqual([
      {
        dataset: `${acme.id}:boom`,
        publisher: acme.id,
        reason: { code: 'ENTRY_NOT_PROVEN', en: expect.any(String), zh: '发布方没有签署这一条目' },
      },
    ]);
    expect(page.hits).toHaveLength(2);
    expect(await reasonsOf((hit) => ({ ...hit, entry: Buffer.from('{"id":1}') }))).toEqual(['ENTRY_MALFORMED']);
    expect(await reasonsOf((hit) => ({ ...hit, index: 1 }))).toEqual(['ENTRY_NOT_PROVEN']);
    expect(await reasonsOf((hit) => ({ ...hit, proof: [] }))).toEqual(['ENTRY_NOT_PROVEN']);
  });

  it('and shows a dataset under another publisher, whose key signed the head, is found out', async () => {
    const reasons = await reasonsOf((hit) => forged(hit, { publisher: bolt.id }, bolt.identity.signing));
    expect(reasons).toEqual(['ENTRY_NOT_OF_PUBLISHER']);
    const older = await reasonsOf((hit) => forged(hit, { publisher: bolt.id, sequence: '1' }, bolt.identity.signing));
    expect(older).toEqual(['HEAD_REPLAYED']);
  });

  it.each<[string, () => Identity['signing'], string]>([
    ['its own key', () => brokerIdentity.signing, 'SIGNER_NOT_PUBLISHER'],
    ["another participant's key", () => bolt.identity.signing, 'SIGNER_NOT_PUBLISHER'],
  ])('and signs a hit again with %s is found out', async (_, key, code) => {
    expect(await reasonsOf((hit) => forged(hit, { dsp: 'https://evil.example/dsp' }, key()))).toEqual([code]);
    const own = acme.identity.signing.keyStatement;
    expect(await reasonsOf((hit) => forged(hit, { dsp: 'https://evil.example/dsp' }, key(), own))).toEqual([
      'SIGNATURE_WRONG',
    ]);
  });

  it('and vouches for a key itself is found out', async () => {
    const elsewhere = await testTrust();
    const impostor = await elsewhere.identity(acme.id, 'participant');
    expect(await reasonsOf((hit) => forged(hit, {}, impostor.signing))).toEqual(['KEY_UNTRUSTED']);
  });

  it('and replays an old head is found out, also after a restart of the reader', async () => {
    const [old = {}] = broker.hits();
    await acme.put('boom', { description: 'sold out' });
    await acme.discovery.idle();
    // Nobody can know of a newer head that they have never been shown.
    expect((await withBoom(() => old)).dropped.map(({ reason }) => reason.code)).toEqual(['HEAD_REPLAYED']);
    await reader.restart();
    broker.tamper = () => [old];
    const { hits, dropped } = await reader.discovery.search(all);
    expect(hits).toEqual([]);
    expect(dropped).toMatchObject([{ dataset: `${acme.id}:boom`, reason: { code: 'HEAD_REPLAYED' } }]);
    expect((await reader.discovery.resolve(`${acme.id}:boom`)).dropped).toHaveLength(1);
  });

  it('and shows an expired head is found out', async () => {
    const before = broker.hits();
    await acme.discovery.close();
    await bolt.discovery.close();
    await clock.advance(300_000);
    broker.tamper = () => before;
    const { hits, dropped } = await reader.discovery.search(all);
    expect(hits).toEqual([]);
    expect(dropped.map(({ reason }) => reason.code)).toEqual(['HEAD_EXPIRED', 'HEAD_EXPIRED', 'HEAD_EXPIRED']);
    await expect(reader.discovery.address(acme.id)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
  });

  it('and answers something else than was asked for is found out', async () => {
    const others = broker.hits();
    broker.tamper = () => others.slice(2);
    const { hits, dropped } = await reader.discovery.resolve(`${acme.id}:boom`);
    expect(hits).toEqual([]);
    expect(dropped).toMatchObject([{ dataset: `${bolt.id}:bolts`, reason: { code: 'NOT_ASKED_FOR' } }]);
    const held = broker.held.get(bolt.id);
    if (held) broker.held.set(acme.id, held);
    expect((await reader.discovery.describe(acme.id)).dropped).toMatchObject([{ reason: { code: 'NOT_ASKED_FOR' } }]);
    await expect(reader.discovery.address(acme.id)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
  });

  it('and sends empty hits is found out', async () => {
    expect(await reasonsOf(() => ({}))).toEqual(['HEAD_MALFORMED']);
  });

  it('is not suspected when a heartbeat came between two answers that crossed', async () => {
    const older = broker.hits();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = () => {};
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    broker.tamper = async () => {
      asked();
      await held;
      return older;
    };
    const slow = reader.discovery.search(all);
    await arrived;
    broker.tamper = (hits) => hits;
    await clock.advance(30_000);
    await acme.discovery.idle();
    await bolt.discovery.idle();
    expect((await reader.discovery.search(all)).dropped).toEqual([]);
    release();
    expect((await slow).dropped).toEqual([]);
    broker.tamper = () => older;
    expect((await reader.discovery.search(all)).dropped).toHaveLength(3);
  });
});

describe('registration', () => {
  const kinds = () => broker.written.filter(({ head }) => readHead(head.head ?? '').publisher === acme.id);

  it('is renewed by heartbeats under rising sequences, long before a head expires', async () => {
    for (let beat = 0; beat < 20; beat++) {
      await clock.advance(30_000);
      await acme.discovery.idle();
    }
    const heads = kinds().map(({ head }) => readHead(head.head ?? ''));
    expect(kinds().map(({ kind }) => kind)).toEqual(['register', ...Array.from({ length: 20 }, () => 'heartbeat')]);
    heads.reduce((before, head) => {
      expect(Number(head.sequence)).toBeGreaterThan(Number(before.sequence));
      expect(Date.parse(head.issued)).toBeLessThan(Date.parse(before.expires));
      return head;
    });
    expect(acme.discovery.status).toMatchObject({ state: 'registered', entries: 2 });
  });

  it('goes on after a restart, with no more than a heartbeat when nothing has changed', async () => {
    await acme.restart();
    await acme.register();
    expect(kinds().map(({ kind }) => kind)).toEqual(['register', 'heartbeat']);
  });

  it('follows what the owner lists, and leaves out what does not fit', async () => {
    await acme.put('teeth', { listed: false });
    await acme.put('cylinder', { title: { en: 'x'.repeat(300) } });
    await acme.put('boom', { withdrawn: 1 });
    await acme.put('arm');
    await acme.discovery.idle();
    const { hits } = await reader.discovery.search(all);
    expect(hits.map(({ dataset }) => dataset)).toEqual([`${acme.id}:arm`, `${bolt.id}:bolts`]);
  });

  it('is made again when the broker has forgotten it', async () => {
    broker.held.clear();
    await clock.advance(30_000);
    await acme.discovery.idle();
    await bolt.discovery.idle();
    expect(kinds().map(({ kind }) => kind)).toEqual(['register', 'register']);
    expect((await reader.discovery.search(all)).hits).toHaveLength(3);
  });

  it('waits for a broker that is away, and says so', async () => {
    broker.down = true;
    await acme.put('arm');
    await acme.discovery.idle();
    expect(acme.discovery.status).toMatchObject({ state: 'waiting', trouble: expect.stringContaining('BUSY') });
    broker.down = false;
    await clock.advance(30_000);
    await acme.discovery.idle();
    expect(acme.discovery.status).toMatchObject({ state: 'registered', entries: 3 });
  });

  it('goes past the heads that a restored store has forgotten', async () => {
    const { store } = acme.temporary;
    await clock.advance(30_000);
    await acme.discovery.idle();
    await acme.discovery.close();
    const forgotten = (await store.scan({ limit: 1_000 })).filter(({ key }) => Buffer.from(key).includes('own-head'));
    await store.commit({ writes: forgotten.map(({ key }) => ({ delete: key })) });
    await acme.restart();
    await acme.register();
    expect(acme.discovery.status).toMatchObject({ state: 'registered' });
    const sequences = kinds().map(({ head }) => Number(readHead(head.head ?? '').sequence));
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  });

  it('ends when the participant goes', async () => {
    await acme.discovery.withdraw();
    expect((await reader.discovery.search(all)).hits.map(({ publisher }) => publisher)).toEqual([bolt.id]);
    await clock.advance(60_000);
    expect(kinds().at(-1)?.kind).toBe('deregister');
  });
});
