import { type Identity, type PeerChannel, peerRequest } from '@causeway/certs/peer';
import { type Hit, verifyEntry, verifyHead } from '@causeway/evidence';
import type { Service } from '@causeway/platform';
import { Broker, type causeway } from '@causeway/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSpace, type Publisher, portOf, register, type Space, type Told } from './testing/fixture.js';

let space: Space;
let service: Service;
let acme: Publisher;
let bolt: Publisher;
let searcher: Identity;
const channels = new Map<string, PeerChannel>();

const catalogue: Told = {
  boom: {
    title: { zh: '挖掘机动臂总成', en: 'Excavator boom' },
    category: 'parts',
    region: 'CN-SH',
    keywords: ['动臂'],
  },
  teeth: { title: { zh: '斗齿' }, description: '适用XG-4021-07型', category: 'parts', region: 'CN-JS' },
  stock: { title: { en: 'Stock of cylinders' }, category: 'stock', classification: '2', mediaType: 'text/csv' },
};

beforeAll(async () => {
  space = await openSpace();
  service = await space.start({ maxEntries: '50' });
  [acme, bolt] = [await space.publisher('acme'), await space.publisher('bolt')];
  searcher = await space.trust.identity('urn:causeway:searcher', 'participant');
});

afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await register(channel(acme.identity), acme, catalogue);
  await register(channel(bolt.identity), bolt, { bolts: { title: { en: 'Bolts and cylinders' }, category: 'parts' } });
});

function channel(identity: Identity): PeerChannel {
  const known = channels.get(identity.id) ?? space.channel(service, identity);
  channels.set(identity.id, known);
  return known;
}

function search(fields: causeway.broker.v1.SearchRequest.$Properties) {
  return channel(searcher).unary(Broker.search, fields);
}

function idsOf(hits: readonly { readonly entry?: Uint8Array | null }[]): string[] {
  return hits.map(({ entry }) => JSON.parse(Buffer.from(entry ?? []).toString()).id.replace('urn:causeway:', ''));
}

function get(path: string, identity = searcher) {
  const url = `https://localhost:${portOf(service, 'broker-reads')}${path}`;
  const expect = { id: space.broker.id, role: 'broker' } as const;
  return peerRequest({
    identity,
    url,
    expect,
    method: 'GET',
    timeoutMs: 5_000,
    maxBytes: 1_000_000,
    clock: space.clock,
  });
}

/** How many writes had this outcome, as the operator reads it. */
async function metricOf(kind: string, outcome: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${portOf(service, 'operations')}/metrics`);
  const line = new RegExp(`^causeway_broker_writes_total\\{.*kind="${kind}",outcome="${outcome}".*\\} (\\d+)`, 'm');
  return Number(line.exec(await answer.text())?.[1] ?? 0);
}

describe('search', () => {
  it.each<[string, causeway.broker.v1.SearchRequest.$Properties, string[]]>([
    ['nothing in particular', {}, ['acme:boom', 'acme:stock', 'acme:teeth', 'bolt:bolts']],
    ['a word inside a compound', { query: '动臂' }, ['acme:boom']],
    ['a part number', { query: 'xg-4021-07' }, ['acme:teeth']],
    ['words of several publishers', { query: 'cylinders' }, ['acme:stock', 'bolt:bolts']],
    ['two words', { query: 'cylinders STOCK' }, ['acme:stock']],
    ['words that no one entry has', { query: 'boom bolts' }, []],
    ['punctuation', { query: '!?' }, []],
    ['a facet', { facets: [{ name: 'category', values: ['parts'] }] }, ['acme:boom', 'acme:teeth', 'bolt:bolts']],
    ['any of two values', { facets: [{ name: 'region', values: ['CN-SH', 'CN-JS'] }] }, ['acme:boom', 'acme:teeth']],
    ['a format', { facets: [{ name: 'format', values: ['TEXT/CSV'] }] }, ['acme:stock']],
    ['a format by its subtype', { facets: [{ name: 'format', values: ['csv'] }] }, ['acme:stock']],
    ['one character', { query: '臂' }, ['acme:boom']],
    ['a classification', { facets: [{ name: 'classification', values: ['2'] }] }, ['acme:stock']],
    ['a publisher', { facets: [{ name: 'publisher', values: ['urn:causeway:bolt', 'nonsense'] }] }, ['bolt:bolts']],
    [
      'a word, two facets and a publisher',
      {
        query: '斗齿',
        facets: [
          { name: 'category', values: ['parts', 'stock'] },
          { name: 'region', values: ['CN-JS'] },
          { name: 'publisher', values: ['urn:causeway:acme'] },
        ],
      },
      ['acme:teeth'],
    ],
  ])('finds what has %s', async (_, request, expected) => {
    const { hits, next } = await search(request);
    expect(idsOf(hits)).toEqual(expected);
    expect(next).toBe('');
  });

  it('pages in a stable order, also when entries are replaced between the pages', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await search({ limit: 1, cursor });
      expect(page.hits).toHaveLength(1);
      seen.push(...idsOf(page.hits));
      cursor = page.next;
      await register(channel(acme.identity), acme, { ...catalogue, aaa: {}, zzz: {} });
    } while (cursor !== '');
    expect(seen).toEqual(['acme:boom', 'acme:stock', 'acme:teeth', 'acme:zzz', 'bolt:bolts']);
  });

  it.each<[string, causeway.broker.v1.SearchRequest.$Properties, string]>([
    ['a long query', { query: 'x'.repeat(257) }, 'QUERY_INVALID'],
    ['too many words', { query: Array.from({ length: 65 }, (_, n) => `a${n}`).join(' ') }, 'QUERY_INVALID'],
    ['a large page', { limit: 101 }, 'QUERY_INVALID'],
    ['an unknown facet', { facets: [{ name: 'price', values: ['1'] }] }, 'QUERY_INVALID'],
    ['too many values', { facets: [{ name: 'region', values: Array.from({ length: 33 }, String) }] }, 'QUERY_INVALID'],
    ['a forged cursor', { cursor: 'AAAA' }, 'CURSOR_INVALID'],
  ])('refuses %s', async (_, request, code) => {
    await expect(search(request)).rejects.toMatchObject({ code });
  });

  it('says with the first page what there is in all, to narrow it down by', async () => {
    const { tally } = await search({ facets: [{ name: 'category', values: ['parts'] }], limit: 1 });
    expect(tally?.found).toBe(3);
    expect(tally?.partial).toBe(false);
    expect(
      tally?.facets?.map(({ name, values }) => [name, values?.map(({ value, count }) => `${value} ${count}`)]),
    ).toEqual([
      ['publisher', ['urn:causeway:acme 2', 'urn:causeway:bolt 1']],
      ['category', ['parts 3']],
      ['region', ['CN-JS 1', 'CN-SH 1']],
    ]);
  });

  it('gives hits that prove themselves', async () => {
    const { hits } = await search({});
    const { authorities } = searcher.trust;
    for (const { entry, index, proof, head } of hits) {
      const hit: Hit = {
        entry: entry ?? new Uint8Array(),
        index: index ?? -1,
        proof: proof ?? [],
        head: head?.head ?? '',
        keyStatement: head?.keyStatement ?? '',
      };
      const verdict = await verifyHead(hit, { authorities, now: space.clock.now() });
      expect(verdict.ok && (await verifyEntry(hit, verdict.value))).toMatchObject({ ok: true });
    }
  });
});

describe('resolve and describe', () => {
  it('answer one dataset and one participant', async () => {
    const { hit } = await channel(searcher).unary(Broker.resolve, { id: `${acme.id}:stock` });
    expect(hit && idsOf([hit])).toEqual(['acme:stock']);
    const { head, liveness } = await channel(searcher).unary(Broker.describe, { participant: bolt.id });
    const signed = { head: head?.head ?? '', keyStatement: head?.keyStatement ?? '' };
    const verdict = await verifyHead(signed, { authorities: searcher.trust.authorities, now: space.clock.now() });
    expect(verdict).toMatchObject({ ok: true, value: { publisher: bolt.id } });
    expect(liveness).toMatchObject({ state: 'online', lastSeen: space.clock.now() });
  });

  it.each(['urn:causeway:acme:nothing', 'urn:causeway:nobody:x', 'x', '', 'x'.repeat(1_000)])(
    'do not know %s',
    async (id) => {
      await expect(channel(searcher).unary(Broker.resolve, { id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(channel(searcher).unary(Broker.describe, { participant: id })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    },
  );
});

describe('writes', () => {
  it('are refused from anybody but the publisher', async () => {
    const head = await acme.head(catalogue);
    await expect(channel(bolt.identity).unary(Broker.heartbeat, { head })).rejects.toMatchObject({
      code: 'NOT_PUBLISHER',
    });
    await expect(channel(bolt.identity).clientStream(Broker.register, [{ head }])).rejects.toMatchObject({
      code: 'NOT_PUBLISHER',
    });
    await expect(channel(bolt.identity).unary(Broker.deregister, { head })).rejects.toMatchObject({
      code: 'NOT_PUBLISHER',
    });
    const auditor = await space.trust.identity('urn:causeway:auditor', 'auditor');
    await expect(channel(auditor).unary(Broker.heartbeat, { head })).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    expect((await channel(auditor).unary(Broker.search, {})).hits).toHaveLength(4);
  });

  it('are refused with a head that somebody else signed, or that has expired', async () => {
    const forged = await acme.head(catalogue, { key: bolt.identity.signing });
    await expect(channel(acme.identity).unary(Broker.heartbeat, { head: forged })).rejects.toThrow(
      /SIGNER_NOT_PUBLISHER/,
    );
    const old = await acme.head(catalogue);
    await space.clock.advance(acme.lifeMs);
    await expect(channel(acme.identity).unary(Broker.heartbeat, { head: old })).rejects.toThrow(/HEAD_EXPIRED/);
  });

  it('demand a rising sequence', async () => {
    const first = await acme.head(catalogue);
    const second = await acme.head(catalogue);
    expect(await channel(acme.identity).unary(Broker.heartbeat, { head: second })).toMatchObject({
      sequence: acme.sequence,
    });
    for (const head of [first, second]) {
      await expect(channel(acme.identity).unary(Broker.heartbeat, { head })).rejects.toMatchObject({
        code: 'SEQUENCE_STALE',
      });
    }
    const removal = await acme.head({});
    await channel(acme.identity).unary(Broker.deregister, { head: removal });
    await expect(channel(acme.identity).clientStream(Broker.register, [{ head: removal }])).rejects.toMatchObject({
      code: 'SEQUENCE_STALE',
    });
  });

  it('of a heartbeat demand that the same entries are registered', async () => {
    const head = await acme.head({ other: {} });
    await expect(channel(acme.identity).unary(Broker.heartbeat, { head })).rejects.toMatchObject({
      code: 'NOT_REGISTERED',
    });
    const carol = await space.publisher('carol');
    await expect(channel(carol.identity).unary(Broker.heartbeat, { head: await carol.head({}) })).rejects.toMatchObject(
      { code: 'NOT_REGISTERED' },
    );
  });

  it.each<[string, causeway.broker.v1.RegisterRequest.$Properties[]]>([
    ['nothing', []],
    ['an entry first', [{ entry: new Uint8Array(1) }]],
    ['an empty message', [{}]],
    ['an empty head', [{ head: {} }]],
  ])('of %s are refused', async (_, messages) => {
    await expect(channel(acme.identity).clientStream(Broker.register, messages)).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
    });
  });

  it('that are too large are refused, and the broker lives', async () => {
    const large = { head: { head: 'x'.repeat(5_000), keyStatement: 'x' } };
    await expect(channel(acme.identity).unary(Broker.heartbeat, large)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const huge = { head: { head: 'x'.repeat(100_000), keyStatement: 'x' } };
    await expect(channel(acme.identity).unary(Broker.heartbeat, huge)).rejects.toMatchObject({ status: 8 });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`p${n}`, {}]));
    await expect(register(channel(acme.identity), acme, many)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await search({})).hits).toHaveLength(4);
  });
});

describe('a registration that never ends', () => {
  it('is ended at its deadline, and its publisher may begin again', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const signed = await acme.head({ endless: {} });
    async function* endless() {
      yield { head: signed };
      await released;
    }
    let refusal: unknown;
    const registering = channel(acme.identity)
      .clientStream(Broker.register, endless())
      .catch((error: unknown) => {
        refusal = error;
      });
    const begun = space.clock.now();
    while ((await metricOf('register', 'REGISTRATION_LATE')) === 0) await space.clock.advance(10_000);
    release();
    await registering;
    expect(refusal).toMatchObject({ code: 'REGISTRATION_LATE' });
    expect(space.clock.now() - begun).toBeGreaterThanOrEqual(120_000);
    await register(channel(acme.identity), acme, catalogue);
    expect(idsOf((await search({ query: '动臂' })).hits)).toEqual(['acme:boom']);
  });
});

describe('liveness', () => {
  it('follows the heartbeats, hides who is gone, and survives a restart', async () => {
    const seen = space.clock.now();
    const stateOf = async () => (await channel(searcher).unary(Broker.describe, { participant: acme.id })).liveness;
    expect(await stateOf()).toMatchObject({ state: 'online', lastSeen: seen });
    await space.clock.advance(90_000);
    expect(await stateOf()).toMatchObject({ state: 'late', lastSeen: seen });
    await channel(acme.identity).unary(Broker.heartbeat, { head: await acme.head(catalogue) });
    expect(await stateOf()).toMatchObject({ state: 'online', lastSeen: space.clock.now() });
    await space.clock.advance(acme.lifeMs - 1);
    expect(idsOf((await search({})).hits)).toEqual(['acme:boom', 'acme:stock', 'acme:teeth']);
    await space.clock.advance(1);

    await service.close();
    channels.clear();
    service = await space.start();
    expect(await stateOf()).toMatchObject({ state: 'gone', lastSeen: seen + 90_000 });
    expect((await search({ query: '动臂' })).hits).toEqual([]);
    const { hit } = await channel(searcher).unary(Broker.resolve, { id: `${acme.id}:boom` });
    expect(hit?.liveness).toMatchObject({ state: 'gone', lastSeen: seen + 90_000 });
    await channel(acme.identity).unary(Broker.heartbeat, { head: await acme.head(catalogue) });
    expect(idsOf((await search({ query: '动臂' })).hits)).toEqual(['acme:boom']);
  });

  it('of a publisher that withdrew is gone at once', async () => {
    await channel(acme.identity).unary(Broker.deregister, { head: await acme.head({}) });
    expect(idsOf((await search({})).hits)).toEqual(['bolt:bolts']);
    const { liveness } = await channel(searcher).unary(Broker.describe, { participant: acme.id });
    expect(liveness?.state).toBe('gone');
    await expect(channel(acme.identity).unary(Broker.heartbeat, { head: await acme.head({}) })).rejects.toMatchObject({
      code: 'NOT_REGISTERED',
    });
  });
});

describe('over HTTPS', () => {
  it('the same is read', async () => {
    const found = await get(`/v1/search?q=${encodeURIComponent('斗齿')}&category=parts&category=stock&limit=5`);
    expect(found.status).toBe(200);
    const [hit] = JSON.parse(found.body).hits;
    const wire = await search({ query: '斗齿' });
    expect(hit.entry).toBe(Buffer.from(wire.hits[0]?.entry ?? []).toString());
    expect(hit).toMatchObject({ head: wire.hits[0]?.head?.head, liveness: { state: 'online' } });
    const first = JSON.parse((await get('/v1/search?limit=3')).body);
    const rest = JSON.parse((await get(`/v1/search?cursor=${first.next}`)).body);
    expect(rest.hits).toHaveLength(1);
    expect(first.tally).toMatchObject({ found: 4, partial: false });
    expect(rest.tally).toBeUndefined();
    expect(JSON.parse((await get(`/v1/datasets/${acme.id}:teeth`)).body)).toMatchObject({ entry: hit.entry });
    expect(JSON.parse((await get(`/v1/participants/${acme.id}`)).body)).toMatchObject({
      liveness: { state: 'online' },
    });
  });

  it.each([
    ['/v1/search?q=a&q=b', 400, 'QUERY_INVALID'],
    ['/v1/search?price=1', 400, 'QUERY_INVALID'],
    ['/v1/search?limit=-1', 400, 'QUERY_INVALID'],
    ['/v1/search?limit=500', 400, 'QUERY_INVALID'],
    ['/v1/search?cursor=%00', 400, 'CURSOR_INVALID'],
    ['/v1/datasets/urn:causeway:acme:none', 404, 'NOT_FOUND'],
    ['/v1/participants/none', 404, 'NOT_FOUND'],
    ['/v1/datasets/%zz', 400, 'BAD_REQUEST'],
    ['/', 404, 'NOT_FOUND'],
  ])('%s is answered %i', async (path, status, code) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  });

  it('nobody reads but members', async () => {
    const house = await space.trust.identity('urn:causeway:clearing', 'clearing-house');
    expect((await get('/v1/search', house)).status).toBe(403);
    await expect(channel(house).unary(Broker.search, {})).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
  });
});
