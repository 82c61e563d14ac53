import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ConnectorError } from './errors.js';
import type { Reason } from './model.js';
import { type Fault, faults, Network } from './testing/network.js';
import type { Party } from './testing/party.js';

const runs = Number(process.env['CAUSEWAY_SCHEDULES'] ?? 60);
const why: Reason = { code: 'OPERATOR', en: 'Ended by an operator.', zh: '由操作人员结束。' };

const acts = ['end-negotiation', 'terminate', 'suspend', 'resume', 'complete'] as const;
interface Act {
  /** When the message of this number is about to leave. */
  readonly at: number;
  readonly who: 'provider' | 'consumer';
  readonly what: (typeof acts)[number];
}

/** How many runs came that far: a property that holds of nothing would hold too. */
const reached = { finalized: 0, started: 0 };

let identities: { provider: Identity; consumer: Identity };

beforeAll(async () => {
  const trust = await testTrust({ clock: new ManualClock() });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

/** Does to the newest process of a party what a person might; a move that is not legal is refused, and no harm. */
async function act(party: Party, what: Act['what']): Promise<void> {
  const { plane } = party;
  try {
    const { negotiations, transfers } = await party.all();
    const [negotiation, transfer] = [negotiations.at(-1)?.pid, transfers.at(-1)?.pid];
    if (what === 'end-negotiation') {
      if (negotiation !== undefined) await plane.negotiations.terminate(negotiation, why);
    } else if (transfer !== undefined) {
      if (what === 'terminate') await plane.transfers.terminate(transfer, why);
      if (what === 'suspend') await plane.transfers.suspend(transfer, why);
      if (what === 'resume') await plane.transfers.resume(transfer);
      if (what === 'complete') await plane.transfers.complete(transfer);
    }
  } catch (error) {
    const refused = error instanceof ConnectorError && error.code === 'STATE_INVALID';
    const gone = error instanceof Error && 'code' in error && error.code === 'STORE_CLOSED';
    if (!refused && !gone) throw error;
  }
}

async function rest(network: Network, clock: ManualClock, parties: readonly Party[], acting: () => Promise<void>) {
  for (let round = 0; round < 300; round++) {
    await acting();
    await network.restartAll();
    for (const party of parties) await party.plane.queue.idle();
    if (network.down.size > 0) continue;
    await network.deliverLate();
    await acting();
    const depth = parties.reduce((sum, party) => sum + party.plane.queue.backlog().depth, 0);
    if (depth === 0 && network.down.size === 0) return;
    await clock.advance(30_000);
  }
  throw new Error('the parties do not come to rest');
}

async function run(seed: number, plan: readonly Fault[], deeds: readonly Act[]): Promise<void> {
  const clock = new ManualClock();
  await using network = new Network();
  const provider = await network.join({ identity: identities.provider, clock, random: seededRandom(seed) });
  const consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(seed + 1) });
  const parties = [provider, consumer] as const;
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id], count: 5 } }]);

  let number = 0;
  const doing: Promise<unknown>[] = [];
  const acting = async (): Promise<void> => {
    for (const failure of await Promise.all(doing.splice(0))) if (failure !== undefined) throw failure;
  };
  network.fault = () => {
    const at = number++;
    for (const deed of deeds) {
      if (deed.at !== at) continue;
      const doer = deed.who === 'provider' ? provider : consumer;
      doing.push(
        act(doer, deed.what).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
    }
    return plan[at] ?? 'none';
  };

  await consumer.negotiate('n', provider, dataset);
  await rest(network, clock, parties, acting);
  const agreement = (await consumer.negotiation('n')).agreement;
  const finalized = (await consumer.negotiation('n')).state === 'FINALIZED';
  if (finalized && agreement !== undefined) {
    reached.finalized += 1;
    await consumer.plane.transfers.request({ request: 't', agreement, to: '/tmp/never' });
    await rest(network, clock, parties, acting);
  }
  const begun = (await provider.all()).transfers.filter(({ history }) =>
    history.some(({ state }) => state === 'STARTED'),
  );
  if (begun.length > 0) reached.started += 1;
  await agreeing(provider, consumer);
  // Where nobody interferes, no message is ever refused: a repetition gets the answer that the first one got.
  if (deeds.length === 0) expect(network.sent.filter(({ status = 0 }) => status >= 400 && status < 500)).toEqual([]);
  for (const digest of agreement !== undefined && finalized ? [agreement] : []) {
    const used = (await provider.records.counts.get(digest, 'permission/0'))?.value.used ?? 0;
    const open = (await provider.all()).transfers.filter(({ state }) => state === 'STARTED' || state === 'SUSPENDED');
    // A use is taken exactly by the transfers that may still stream: none was opened, so every other gave its own back.
    expect(used).toBe(open.length);
    for (const party of parties) {
      const envelopes = await party.evidence.envelopes(digest);
      const kinds = envelopes.map(({ envelope }) => envelope);
      expect(new Set(kinds).size).toBe(kinds.length);
      expect((await party.records.agreements.get(digest))?.value.finalized).toBeDefined();
    }
  }
}

async function agreeing(provider: Party, consumer: Party): Promise<void> {
  const [theirs, ours] = [await provider.all(), await consumer.all()];
  for (const kind of ['negotiations', 'transfers'] as const) {
    for (const mine of ours[kind]) {
      const other = theirs[kind].filter(({ peerPid }) => peerPid === mine.pid);
      // A request that never reached the provider, or that it refused, made nothing there.
      if (mine.peerPid === undefined) expect([mine.state, other]).toEqual(['TERMINATED', []]);
      else {
        expect(other).toHaveLength(1);
        expect(other[0]).toMatchObject({ pid: mine.peerPid, state: mine.state });
      }
    }
    for (const record of [...ours[kind], ...theirs[kind]]) {
      expect({ intent: record.intent, parked: record.parked, open: record.unacknowledged }).toEqual({ open: 0 });
    }
    const settled = ours.negotiations.map(({ state }) => state);
    expect(settled.every((state) => state === 'FINALIZED' || state === 'TERMINATED')).toBe(true);
  }
}

test('property: whatever is lost, doubled, delayed or torn away, both sides end in agreeing states', {
  timeout: 600_000,
}, async () => {
  const deed = fc.record({
    at: fc.nat({ max: 14 }),
    who: fc.constantFrom('provider' as const, 'consumer' as const),
    what: fc.constantFrom(...acts),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.constantFrom(...faults), { maxLength: 16 }),
      fc.array(deed, { maxLength: 4 }),
      run,
    ),
    { numRuns: runs, endOnFailure: true },
  );
  expect(reached.finalized).toBeGreaterThan(0);
  expect(reached.started).toBeGreaterThan(0);
});
