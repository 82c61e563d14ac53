import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import { bootSpace, type HostedFirm, type HostedSpace } from '@causeway/dataspace';
import { canonicalJson, type Head, readHead, signHead } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import type { causeway as wire } from '@causeway/proto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SmallBroker } from '../../connector/src/discovery/testing/small-broker.js';
import { causeway } from './support/causeway.js';
import { publish } from './support/job.js';

type WireHit = wire.broker.v1.Hit.$Properties;

/** What a search answers, over the management API and by the command. */
interface Found {
  readonly hits: readonly { readonly entry: { readonly id: string }; readonly publisher: string }[];
  readonly dropped: readonly {
    readonly dataset?: string;
    readonly publisher?: string;
    readonly reason: string;
    readonly detail: string;
    readonly zh: string;
  }[];
}

const heartbeatMs = 30_000;
const evil = 'https://127.0.0.1:9/dsp/2025-1';

let clock: ManualClock;
let space: HostedSpace;
let broker: SmallBroker;
let oem: HostedFirm;
let rival: HostedFirm;
let reader: HostedFirm;
let boom: string;
let bolts: string;

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  space = await bootSpace({ firms: ['oem', 'rival', 'reader'], clock });
  [oem, rival, reader] = [space.firm('oem'), space.firm('rival'), space.firm('reader')];
  const file = join(space.folder, 'file.csv');
  await writeFile(file, 'x\n');
  boom = (await publish(oem, 'boom', file, { assignees: ['*'] })).id;
  bolts = (await publish(rival, 'bolts', file, { assignees: ['*'] })).id;
  await space.settle();
  const honest = await search();
  expect(honest.dropped).toEqual([]);
  expect(honest.hits.map(({ entry }) => entry.id).sort()).toEqual([boom, bolts]);

  // The operator puts another program in the broker's place: at its address, with its key and certificate.
  await space.broker.stop();
  broker = new SmallBroker();
  await broker.start(space.identityOf('broker'), clock, space.broker.port('broker'));
  while (broker.held.size < 3) await beat();
});

afterEach(() => {
  broker.tamper = (hits) => hits;
});

afterAll(async () => {
  await space?.close();
  await broker?.close();
});

/** Time for a heartbeat of everybody. */
async function beat(): Promise<void> {
  await clock.advance(heartbeatMs);
  await space.settle();
}

const search = () => reader.get<Found>('/management/v1/search?q=');

/** What the broker tells of the boom, as it would tell it honestly. */
function hitOf(dataset: string): WireHit {
  const found = broker.hits().find(({ entry }) => Buffer.from(entry ?? []).includes(`"${dataset}"`));
  if (!found) throw new Error(`expected the broker to hold ${dataset}`);
  return found;
}

/** The hit with a head that says something else, signed with this key. */
async function signedAgain(
  hit: WireHit,
  changes: Partial<Head>,
  { signing }: Identity,
  keyStatement = signing.keyStatement,
): Promise<WireHit> {
  const head = await signHead({ ...readHead(hit.head?.head ?? ''), ...changes }, signing);
  return { ...hit, head: { head, keyStatement } };
}

/**
 * From now on the broker shows this in place of the boom. It must be dropped with this reason, wherever people look, and
 * what the broker left alone must still be found.
 */
async function demandDropped(lie: WireHit, reason: string): Promise<void> {
  broker.tamper = (asked) => asked.map((hit) => (Buffer.from(hit.entry ?? []).includes(`"${boom}"`) ? lie : hit));
  const dropped = {
    dataset: boom,
    publisher: oem.id,
    reason,
    detail: expect.stringMatching(/\w/),
    zh: expect.stringMatching(/\p{Script=Han}/u),
  };

  const found = await search();
  expect(found.dropped).toEqual([dropped]);
  expect(found.hits.map(({ entry }) => entry.id)).toEqual([bolts]);
  const resolved = await reader.get<Found>(`/management/v1/resolve?id=${boom}`);
  expect(resolved).toEqual({ hits: [], dropped: [dropped] });

  const { code, stdout } = await causeway('search', '--home', reader.home, '--json');
  expect(code).toBe(0);
  const said = JSON.parse(stdout) as Found;
  expect(said.dropped).toEqual([dropped]);
  expect(said.hits.map(({ entry }) => entry.id)).toEqual([bolts]);
  const shown = await causeway('search', '--home', reader.home);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain(bolts);
  expect(shown.stdout).toContain(reason);
  expect(shown.stdout).not.toMatch(new RegExp(`^${boom}$`, 'm'));
}

describe('a broker that lies is found out, and the hit is dropped with its reason', () => {
  test('when it alters what a hit says', async () => {
    const hit = hitOf(boom);
    const entry = JSON.parse(Buffer.from(hit.entry ?? []).toString()) as object;
    const altered = { ...hit, entry: Buffer.from(canonicalJson({ ...entry, title: { en: 'gold', zh: '黄金' } })) };
    await demandDropped(altered, 'ENTRY_NOT_PROVEN');
  });

  test('when it alters where the publisher is, and leaves the signature', async () => {
    const { head, keyStatement } = hitOf(boom).head ?? {};
    const [header, , signature] = (head ?? '').split('.');
    const payload = Buffer.from(canonicalJson({ ...readHead(head ?? ''), dsp: evil })).toString('base64url');
    await demandDropped(
      { ...hitOf(boom), head: { head: [header, payload, signature].join('.'), keyStatement: keyStatement ?? '' } },
      'SIGNATURE_WRONG',
    );
  });

  test.each([
    ['the key of another firm', 'rival'],
    ["the broker's own key", 'broker'],
    ['the key of the reader itself', 'reader'],
  ])('when it signs a hit again with %s, which the authority knows', async (_, name) => {
    const identity = space.identityOf(name);
    await demandDropped(await signedAgain(hitOf(boom), { dsp: evil }, identity), 'SIGNER_NOT_PUBLISHER');
    const own = space.identityOf('oem').signing.keyStatement;
    await demandDropped(await signedAgain(hitOf(boom), { dsp: evil }, identity, own), 'SIGNATURE_WRONG');
  });

  test('when it shows the dataset as that of the firm that signed', async () => {
    const { sequence } = readHead(hitOf(bolts).head?.head ?? '');
    const lie = await signedAgain(hitOf(boom), { publisher: rival.id, sequence }, space.identityOf('rival'));
    await demandDropped(lie, 'ENTRY_NOT_OF_PUBLISHER');
  });

  test('when it replays what the publisher has replaced since', async () => {
    const old = hitOf(boom);
    await publish(oem, 'boom', join(space.folder, 'file.csv'), { assignees: ['*'], count: 1 });
    await space.settle();
    expect((await search()).dropped).toEqual([]);
    await demandDropped(old, 'HEAD_REPLAYED');
    await reader.restart();
    await demandDropped(old, 'HEAD_REPLAYED');
    // It was signed by the right key and has not expired: only what was seen since speaks against it.
    expect(Date.parse(readHead(old.head?.head ?? '').expires)).toBeGreaterThan(clock.now());
  });

  test('when it shows what has expired', async () => {
    const old = hitOf(boom);
    for (let passed = 0; passed <= 300_000; passed += heartbeatMs) await beat();
    // Nobody has asked meanwhile, so no later head was seen.
    await demandDropped(old, 'HEAD_EXPIRED');
  });
});

test('nobody is led to an address that the publisher did not sign', async () => {
  const held = broker.held.get(oem.id);
  if (!held) throw new Error('expected the broker to hold what the manufacturer lists');
  const forged = await signedAgain({ head: held.head }, { dsp: evil }, space.identityOf('rival'));
  broker.held.set(oem.id, { ...held, head: forged.head ?? {} });
  const asked = reader.send('PUT', '/management/v1/negotiations/led', { dataset: boom });
  await expect(asked).rejects.toMatchObject({
    code: 'REFUSED',
    data: { status: 404, problem: { code: 'PEER_UNKNOWN', detail: expect.stringContaining(rival.id) } },
  });
  broker.held.set(oem.id, held);
});
