import type { Identity } from '@causeway/certs/peer';
import { digestOf, type Envelope, signEnvelope } from '@causeway/evidence';
import { silentLogger } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SpaceDouble, type Started } from '../exchange/testing/space-double.js';
import type { Agreement, SignedEnvelope } from '../model.js';
import { StoreCheck } from './store-check.js';

const never = new AbortController().signal;

let space: SpaceDouble;
let started: Started;
let clock: ManualClock;
let check: StoreCheck;
let passes: number;
let ended: string[];

beforeEach(async () => {
  space = await SpaceDouble.start();
  clock = new ManualClock(Date.now());
  [passes, ended] = [0, []];
  started = await space.begin(Buffer.from('x'));
  await logged(await agreement());
  const { identity, store, records } = space.provider;
  check = new StoreCheck({
    ...{ identity, store, records, clock, log: silentLogger },
    endForgotten: async (digest) => ended.push(digest),
  });
});
afterEach(async () => {
  await check.close();
  await space[Symbol.asyncDispose]();
});

async function agreement(): Promise<Agreement> {
  const stored = await space.provider.records.agreements.get(started.provider.agreement);
  if (!stored) throw new Error('expected the agreement');
  return stored.value;
}

async function logged({ own, theirs }: Agreement, ...more: SignedEnvelope[]): Promise<void> {
  const { start } = started.provider;
  const all = [own, theirs, start, ...more].filter((one) => one !== undefined);
  await space.provider.evidence.wait(all, 10_000, never);
}

/** The store is put back to where it was before the start that stands in the log. */
async function putBack(): Promise<void> {
  const { store, records } = space.provider;
  const before = await agreement();
  await store.commit({ writes: [records.agreements.put([before.digest], { ...before, sequence: 2 })] });
}

async function used(): Promise<(number | undefined)[]> {
  const { records } = space.provider;
  const { digest } = await agreement();
  const counts = await records.counts.page({ prefix: [digest] });
  const uses = await records.uses.page({ prefix: [digest] });
  return [counts.items[0]?.value.used, uses.items.length];
}

const start = () =>
  check.start(async () => {
    passes += 1;
  });

test('a store as new as its record passes at once, and nothing of it changes', async () => {
  const before = await agreement();
  await start();
  expect([check.passed, passes]).toEqual([true, 1]);
  expect(await agreement()).toEqual(before);
  expect(await check.status()).toEqual({ state: 'checked', unknown: [] });
});

test('an older one goes on behind what it signed, counts the start it lost, and ends what it held as open', async () => {
  await putBack();
  await start();
  expect(await agreement()).toMatchObject({ sequence: 3, forgotten: { starts: 1, ends: 0, others: 0 } });
  expect(await used()).toEqual([1, 1]);
  expect(ended).toEqual([started.provider.agreement]);
  expect(await check.status()).toMatchObject({
    state: 'checked',
    restored: { agreements: 1, starts: 1, transfers: 1 },
  });

  // The next start finds it caught up: nothing is counted twice.
  await start();
  expect(await used()).toEqual([1, 1]);
  expect(await agreement()).toMatchObject({ sequence: 3, forgotten: { starts: 1 } });
});

test('while the clearing house is away nothing is granted; it is asked again, and then it goes on', async () => {
  await putBack();
  await space.log.down();
  await start();
  expect([check.passed, passes]).toEqual([false, 0]);
  expect(() => check.demand()).toThrow(expect.objectContaining({ code: 'EVIDENCE_PENDING' }));
  expect(await check.status()).toMatchObject({ state: 'waiting', trouble: expect.any(String) });
  await space.log.up();
  await clock.advance(1_000);
  await expect.poll(() => check.passed).toBe(true);
  expect(passes).toBe(1);
  expect((await agreement()).sequence).toBe(3);
});

// A clearing house could make a connector skip numbers, which the log never takes: it would be dumb for good.
test('a number is never moved by the word of the clearing house, only by our own signature', async () => {
  space.log.serveStanding = (_agreement, standing) => ({ ...standing, next: 99 });
  await start();
  expect(check.passed).toBe(false);
  expect((await agreement()).sequence).toBe(3);
  expect((await check.status()).trouble).toContain('number 98');
});

test('an envelope that the record does not show leaves the store unchecked, and the later ones uncounted', async () => {
  await putBack();
  space.log.hide = (envelope) => envelope === started.provider.start?.envelope;
  await start();
  expect(check.passed).toBe(false);
  expect(await used()).toEqual([undefined, 0]);
});

test('a clearing house that denies what it gave a receipt for is no witness', async () => {
  await putBack();
  space.log.serveStanding = () => ({ next: 1, ended: false });
  await start();
  expect(check.passed).toBe(false);
  expect((await check.status()).trouble).toContain('gave us a receipt');
});

/** Logs an envelope under the agreement by whom it is signed, as the clearing house shows it. */
async function alsoLogged(identity: Identity, type: 'agreement-end' | 'transfer-end', sequence: number) {
  const { digest } = await agreement();
  const statement = digestOf(`${type} ${identity.id}`);
  const said: Envelope = {
    ...{ version: '1', type, statement, agreement: digest, sequence: String(sequence), signer: identity.id },
  };
  const { keyStatement } = identity.signing;
  const envelope = { envelope: await signEnvelope(said, identity.signing), keyStatement };
  const { evidence, records, store } = space.consumer;
  const theirs = await records.agreements.get(digest);
  if (!theirs) throw new Error('expected the agreement of the consumer');
  const queued = evidence.queue(theirs.value, [envelope]);
  await store.commit({ writes: [records.agreements.put([digest], queued.agreement), ...queued.writes] });
  await evidence.wait([envelope], 10_000, never);
  return { ...envelope, statement };
}

test('an agreement that its other party ended is ended here too', async () => {
  const { identity } = space.consumer;
  const { statement } = await alsoLogged(identity, 'agreement-end', 2);
  await start();
  expect(await agreement()).toMatchObject({
    ...{ sequence: 3, ended: { by: identity.id, id: statement, reason: { code: 'AGREEMENT_ENDED' } } },
  });
  // Nothing of ours was lost: this is no restored store.
  expect(await check.status()).toEqual({ state: 'checked', unknown: [] });
});

test('nobody but its parties ends an agreement, whatever the clearing house shows', async () => {
  await alsoLogged(await space.trust.identity('urn:causeway:stranger', 'participant'), 'agreement-end', 2);
  await start();
  expect(check.passed).toBe(true);
  expect((await agreement()).ended).toBeUndefined();
});

// Who could have a later envelope taken up first would have the start before it never counted.
test('an envelope is taken up behind all that were signed before it, and not before they are shown', async () => {
  await alsoLogged(space.provider.identity, 'transfer-end', 3);
  await putBack();
  const { start: begun } = started.provider;
  space.log.hide = (envelope) => envelope === begun?.envelope;
  await start();
  expect([check.passed, (await agreement()).sequence]).toEqual([false, 2]);
  space.log.hide = () => false;
  await clock.advance(1_000);
  await expect.poll(() => check.passed).toBe(true);
  expect(await agreement()).toMatchObject({ sequence: 4, forgotten: { starts: 1, ends: 1 } });
  expect(await used()).toEqual([1, 1]);
});

test('an agreement that only the log remembers is told, and one that somebody else claims is not', async () => {
  const lost = await space.begin(Buffer.from('y'));
  const { records, store } = space.provider;
  const stored = await records.agreements.get(lost.provider.agreement);
  if (!stored) throw new Error('expected the agreement');
  await logged(stored.value);
  await store.commit({ writes: [records.agreements.delete([lost.provider.agreement])] });
  // Whoever names us in a record of their own signs it themselves.
  const claimed = await space.begin(Buffer.from('z'));
  const claim = await records.agreements.get(claimed.provider.agreement);
  await space.provider.evidence.wait(
    [claim?.value.own].flatMap((one) => one ?? []),
    10_000,
    never,
  );
  await store.commit({ writes: [records.agreements.delete([claimed.provider.agreement])] });
  space.log.hide = (envelope) => envelope === claim?.value.own.envelope;

  await start();
  expect((await check.status()).unknown).toEqual([
    { agreement: lost.provider.agreement, role: 'provider', peer: space.consumer.identity.id, found: clock.now() },
  ]);
  expect(await check.status()).toMatchObject({ restored: { agreements: 0, unknown: 1 } });
});
