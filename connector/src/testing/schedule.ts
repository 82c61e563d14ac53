import type { Identity } from '@causeway/certs/peer';
import type { Store } from '@causeway/platform';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { expect } from 'vitest';
import type { Decider } from '../control.js';
import { ConnectorError } from '../errors.js';
import type { Negotiation, Reason, Transfer } from '../model.js';
import { type Fault, type Message, Network } from './network.js';
import type { Party } from './party.js';

const why: Reason = { code: 'OPERATOR', en: 'Ended by an operator.', zh: '由操作人员结束。' };

export const deeds = ['end-negotiation', 'terminate', 'suspend', 'resume', 'complete'] as const;

/** What a person does. */
export interface Deed {
  readonly who: 'provider' | 'consumer';
  readonly what: (typeof deeds)[number];
}

/** What happens while the messages of one kind of process fly. */
export interface Phase {
  /** What happens to each message in turn; beyond the last, nothing does. */
  readonly faults: readonly Fault[];
  /** Done when the message of this number is about to leave. */
  readonly amid: readonly (Deed & { readonly at: number })[];
}

/** One run, reproducible from these values alone. */
export interface Schedule {
  readonly seed: number;
  /** Both sides make a counter-offer before they agree. */
  readonly haggling: boolean;
  readonly negotiation: Phase;
  readonly transfer: Phase;
  /** Done to the transfer one after the other, each when nothing moves any more. */
  readonly after: readonly Deed[];
}

export interface Outcome {
  readonly finalized: boolean;
  readonly started: boolean;
  /** A state that one of the two ends was in when a message left, and what happened to that message. */
  readonly met: readonly (readonly [state: string, fault: Fault])[];
}

/** How a test breaks the product: a store that forgets what the real one holds. `tearAway` ends the party's process. */
export type Breakage = (store: Store, tearAway: () => void, random: () => number) => Store;

type Identities = { readonly provider: Identity; readonly consumer: Identity };

const haggler: Record<'provider' | 'consumer', Decider> = {
  provider: {
    negotiation: {
      'provider:REQUESTED': async ({ offer, moves }) => (moves <= 2 ? { move: 'offer', offer } : { move: 'proceed' }),
      'provider:ACCEPTED': async () => ({ move: 'proceed' }),
      'provider:VERIFIED': async () => ({ move: 'proceed' }),
    },
    transfer: { 'provider:REQUESTED': async () => ({ move: 'proceed' }) },
  },
  consumer: {
    negotiation: {
      'consumer:OFFERED': async ({ offer, moves }) => (moves <= 1 ? { move: 'request', offer } : { move: 'accept' }),
      'consumer:AGREED': async () => ({ move: 'proceed' }),
    },
    transfer: {},
  },
};

/**
 * Two control planes over real stores, from the first request to the end of a transfer, through a network that does to each
 * message what the schedule says. Fails unless both sides end in agreeing states and nothing was done twice.
 */
export async function runSchedule(identities: Identities, schedule: Schedule, broken?: Breakage): Promise<Outcome> {
  const { seed, haggling } = schedule;
  const clock = new ManualClock();
  await using network = new Network();
  const dice = diceOf(seed);
  const join = (who: 'provider' | 'consumer', nth: number) =>
    network.join({
      ...{ identity: identities[who], clock, random: seededRandom(seed + nth) },
      ...(haggling ? { decider: haggler[who] } : {}),
      ...(broken && { through: (store: Store) => broken(store, () => network.tearAway(identities[who].id), dice) }),
    });
  const provider = await join('provider', 0);
  const consumer = await join('consumer', 1);
  const parties = { provider, consumer };
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id], count: 5 } }]);

  const met: (readonly [string, Fault])[] = [];
  const numbers = { negotiation: 0, transfer: 0 };
  const doing: Promise<unknown>[] = [];
  const acting = async (): Promise<void> => {
    for (const failure of await Promise.all(doing.splice(0))) if (failure !== undefined) throw failure;
  };
  network.fault = async (message) => {
    const kind = message.url.includes('/transfers/') ? 'transfer' : 'negotiation';
    const at = numbers[kind]++;
    for (const { who, what } of schedule[kind].amid.filter((deed) => deed.at === at)) {
      doing.push(act(parties[who], what).catch((error: unknown) => error));
    }
    const fault = schedule[kind].faults[at] ?? 'none';
    for (const party of [provider, consumer]) met.push([await stateOf(party, kind, message), fault]);
    return fault;
  };
  const rest = () => comeToRest(network, clock, [provider, consumer], acting);

  await consumer.negotiate('n', provider, dataset);
  await rest();
  const { agreement, state } = await consumer.negotiation('n');
  const finalized = state === 'FINALIZED' && agreement !== undefined;
  if (finalized) {
    await unlessGone(consumer.plane.transfers.request({ request: 't', agreement, to: '/tmp/never' }));
    await rest();
    for (const { who, what } of schedule.after) {
      await act(parties[who], what);
      await rest();
    }
  }
  const { transfers } = await provider.all();
  const started = transfers.some(({ history }) => history.some((move) => move.state === 'STARTED'));
  await agreeing(provider, consumer);
  // Where nobody interferes, no message is ever refused: a repetition gets the answer that the first one got.
  if (schedule.negotiation.amid.length + schedule.transfer.amid.length === 0) {
    expect(network.sent.filter(({ status = 0 }) => status >= 400 && status < 500)).toEqual([]);
  }
  if (finalized) await onceOnly(provider, consumer, agreement);
  return { finalized, started, met };
}

/** Deterministic dice for what a breakage leaves to chance. */
function diceOf(seed: number): () => number {
  const random = seededRandom(seed + 2);
  return () => (random.bytes(1)[0] ?? 0) / 256;
}

/** Does to the newest process of a party what a person might; a move that is not legal is refused, and no harm. */
async function act(party: Party, what: Deed['what']): Promise<void> {
  const { plane } = party;
  const doing = async () => {
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
  };
  try {
    await unlessGone(doing());
  } catch (error) {
    if (!(error instanceof ConnectorError && error.code === 'STATE_INVALID')) throw error;
  }
}

/** A party that is torn away does nothing. */
async function unlessGone(doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'STORE_CLOSED')) throw error;
  }
}

/** The state of the process that a message is about, at one of its ends. */
async function stateOf(party: Party, kind: 'negotiation' | 'transfer', { url }: Message): Promise<string> {
  try {
    const all: readonly (Negotiation | Transfer)[] = (await party.all())[`${kind}s`];
    const record =
      all.find(({ pid, peerPid }) => url.includes(pid) || (peerPid && url.includes(peerPid))) ?? all.at(-1);
    return `${kind} ${record === undefined ? 'not begun' : `${record.role} ${record.state}`}`;
  } catch {
    // Its store was closed under it, while this message was about to leave.
    return `${kind} torn away`;
  }
}

async function comeToRest(
  network: Network,
  clock: ManualClock,
  parties: readonly Party[],
  acting: () => Promise<void>,
): Promise<void> {
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
  }
  for (const { state } of ours.negotiations) expect(['FINALIZED', 'TERMINATED']).toContain(state);
}

async function onceOnly(provider: Party, consumer: Party, agreement: NonNullable<Negotiation['agreement']>) {
  const used = (await provider.records.counts.get(agreement, 'permission/0'))?.value.used ?? 0;
  const open = (await provider.all()).transfers.filter(({ state }) => state === 'STARTED' || state === 'SUSPENDED');
  // A use is taken exactly by the transfers that may still stream: none was opened, so every other gave its own back.
  expect(used).toBe(open.length);
  for (const party of [provider, consumer]) {
    const kinds = (await party.evidence.envelopes(agreement)).map(({ envelope }) => envelope);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect((await party.records.agreements.get(agreement))?.value.finalized).toBeDefined();
  }
}
