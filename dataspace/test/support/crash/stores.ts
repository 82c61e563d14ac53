import { join } from 'node:path';
import { digestOf } from '@causeway/evidence';
import { Collection, keyParts, openLevelStore, type Store } from '@causeway/platform';
import type { CrashSpace } from './crash-space.js';
import type { Side } from './job.js';

/** What a stopped connector's store holds, by what both sides must agree on. */
export interface Held {
  /** By the provider's pid: the state, and the digests that both sides must have. */
  readonly negotiations: Readonly<Record<string, string>>;
  readonly transfers: Readonly<Record<string, string>>;
  /** By digest: the statement and both envelopes. */
  readonly agreements: Readonly<Record<string, string>>;
  /** Reserved uses of each agreement: as counted, and the records of single uses. */
  readonly counted: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  /** Work that is still to be done, processes that have not ended, evidence that was refused. */
  readonly left: readonly string[];
}

interface SignedEnvelope {
  readonly envelope: string;
}

interface Process {
  readonly pid: string;
  readonly peerPid?: string;
  readonly role: Side;
  readonly state: string;
  readonly agreement?: string;
  readonly unacknowledged: number;
  readonly end?: { readonly id: string; readonly provider: SignedEnvelope; readonly consumer?: SignedEnvelope };
}

interface Agreement {
  readonly role: Side;
  readonly digest: string;
  readonly statement: string;
  readonly finalized?: number;
  readonly own: SignedEnvelope;
  readonly theirs?: SignedEnvelope;
}

/** Reads a stopped connector's store. */
export async function heldBy(space: CrashSpace, side: Side): Promise<Held> {
  const store = await openLevelStore({ path: join(space.service(side).home, 'store') });
  try {
    return {
      negotiations: Object.fromEntries((await all<Process>(store, 'negotiation')).map(shared)),
      transfers: Object.fromEntries((await all<Process>(store, 'transfer')).map(shared)),
      agreements: Object.fromEntries((await all<Agreement>(store, 'agreement')).map(signed)),
      counted: summed((await all<{ used: number }>(store, 'count')).map(({ at, value }) => [at[0], value.used])),
      used: summed((await all(store, 'use')).map(({ at }) => [at[0], 1])),
      left: await leftIn(store),
    };
  } finally {
    await store.close();
  }
}

interface Entry<T> {
  /** The parts of its key behind the collection's name. */
  readonly at: readonly string[];
  readonly value: T;
}

async function all<T extends object>(store: Store, name: string): Promise<Entry<T>[]> {
  const entries: Entry<T>[] = [];
  for await (const { key, value } of new Collection<T>(store, name, 1).all()) {
    entries.push({ at: keyParts(key).slice(1).map(String), value });
  }
  return entries;
}

const digest = (signed: SignedEnvelope | undefined): string => (signed ? digestOf(signed.envelope) : 'unsigned');

function shared({ value }: Entry<Process>): [string, string] {
  const { role, pid, peerPid = '', state, unacknowledged, agreement = '', end } = value;
  const ends = end ? [end.id, digest(end.provider), digest(end.consumer)] : [];
  return [role === 'provider' ? pid : peerPid, [state, `${unacknowledged} open`, agreement, ...ends].join(' ')];
}

function signed({ value }: Entry<Agreement>): [string, string] {
  const { role, statement, own, theirs, finalized } = value;
  const [provider, consumer] = role === 'provider' ? [own, theirs] : [theirs, own];
  const force = finalized === undefined ? 'not in force' : 'in force';
  return [value.digest, [force, digestOf(statement), digest(provider), digest(consumer)].join(' ')];
}

function summed(amounts: readonly (readonly [string | undefined, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name = '', amount] of amounts) sums[name] = (sums[name] ?? 0) + amount;
  return sums;
}

async function leftIn(store: Store): Promise<string[]> {
  const left: string[] = [];
  for (const name of ['open', 'outbox/dsp', 'outbox/logging', 'refused-envelope']) {
    for (const { at } of await all(store, name)) left.push([name, ...at].join(' '));
  }
  return left;
}
