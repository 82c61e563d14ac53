import type { Clock, Collection, Commit, Settlement, Store, Stored, Write } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Answer, Process, ProcessRole } from '../model.js';
import type { Caller } from '../ports.js';
import type { Records } from '../records.js';
import type { DspQueue } from './queue.js';
import { answered, answerTo } from './record.js';
import type { DspWork, Next, ProcessKind } from './work.js';

/** Attempts at one change before the process counts as contended; each failure means that somebody else succeeded. */
const attempts = 100;

export interface ProcessesOptions<R extends Process<string>> {
  readonly kind: ProcessKind;
  readonly store: Store;
  readonly clock: Clock;
  readonly collection: Collection<R>;
  readonly records: Records;
  readonly queue: DspQueue;
  readonly isFinal: (record: R) => boolean;
  /** Whether anybody here decides what we do in the state that this record is in. */
  readonly isDecided: (record: R) => boolean;
  /** Entries of indexes that follow from the record: what must be written when it was `before` and is `after`. */
  readonly indexes?: (before: R | undefined, after: R) => readonly Write[];
  /** Most processes that one peer has opened and nobody has ended. */
  readonly perPeer: number;
  /** Called after a change is durable: streams to stop or open, telemetry. Must not throw. */
  readonly changed: (before: R | undefined, after: R) => void;
}

/** What a transition made of a message: the change and the answer, or only an answer (a refusal, kept under its id). */
export type Received<R> = { readonly next?: Next<R>; readonly answer: Answer };

/**
 * The one place where process records change: load, transition, commit of record, work and indexes together, and again
 * when somebody else was faster.
 */
export class Processes<R extends Process<string>> {
  readonly #options: ProcessesOptions<R>;
  /** How many each peer is just opening. */
  readonly #opening = new Map<string, number>();

  constructor(options: ProcessesOptions<R>) {
    this.#options = options;
  }

  async get(pid: string): Promise<Stored<R> | undefined> {
    return this.#options.collection.get(pid);
  }

  /** @throws ConnectorError NOT_FOUND */
  async need(pid: string): Promise<Stored<R>> {
    const stored = await this.get(pid);
    if (stored) return stored;
    throw this.#unknown(pid);
  }

  /** Our process by the peer's pid, or by the id a management client chose (`peer` is then 'request'). */
  async lookup(peer: string, peerPid: string): Promise<Stored<R> | undefined> {
    const found = await this.#options.records.pids.get(this.#options.kind, peer, peerPid);
    return found && this.get(found.value.pid);
  }

  /**
   * Saves a new process with its first work, under the peer's pid or the management client's id. When one exists under
   * that name already, nothing is saved and that one is returned. What a peer opens (`name` is then its own) is counted
   * against it.
   *
   * @throws ConnectorError QUEUE_FULL
   */
  async create(name: readonly [string, string], next: Next<R>): Promise<{ record: R; created: boolean }> {
    const existing = await this.lookup(...name);
    if (existing) return { record: existing.value, created: false };
    const { peer, pid } = next.record;
    if (name[0] !== peer) return this.#create(name, next);
    const before = this.#opening.get(peer) ?? 0;
    this.#opening.set(peer, before + 1);
    try {
      await this.#demandRoom(peer, before);
      const opened = this.#options.records.openedBy.put([this.#options.kind, peer, pid], { pid });
      return await this.#create(name, next, [opened]);
    } finally {
      const left = (this.#opening.get(peer) ?? 1) - 1;
      if (left > 0) this.#opening.set(peer, left);
      else this.#opening.delete(peer);
    }
  }

  async #create(
    name: readonly [string, string],
    next: Next<R>,
    opened: readonly Write[] = [],
  ): Promise<{ record: R; created: boolean }> {
    const { store, records, kind } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const existing = await this.lookup(...name);
      if (existing) return { record: existing.value, created: false };
      const { commit, after } = this.#commit(undefined, next, false);
      const index = [kind, ...name] as const;
      const result = await store.commit({
        conditions: [...(commit.conditions ?? []), records.pids.absent(...index)],
        writes: [...commit.writes, ...opened, records.pids.put(index, { pid: after.pid })],
      });
      if (!result.ok) continue;
      this.#options.changed(undefined, after);
      return { record: after, created: true };
    }
    throw this.#contended();
  }

  /**
   * Changes one process by compare-and-swap. `step` runs again on conflict; it returns undefined to leave the record.
   *
   * @throws ConnectorError NOT_FOUND, QUEUE_FULL, and whatever `step` throws
   */
  async change(pid: string, step: (stored: Stored<R>) => Promise<Next<R> | undefined>): Promise<R> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await this.need(pid);
      const next = await step(before);
      if (next === undefined) return before.value;
      const { commit, after } = this.#commit(before, next);
      const result = await this.#options.store.commit(commit);
      if (!result.ok) continue;
      this.#options.changed(before.value, after);
      return after;
    }
    throw this.#contended();
  }

  /**
   * A message of the peer about one process: the same message again gets the same answer; a new one goes through
   * `transition`, whose answer is saved with the change it makes.
   *
   * @throws ConnectorError NOT_FOUND when the process is not this caller's, whatever the reason
   */
  async receive(
    caller: Caller,
    at: { readonly pid: string; readonly role?: ProcessRole; readonly id?: string },
    transition: (record: R) => Promise<Received<R>>,
  ): Promise<Answer> {
    let answer: Answer | undefined;
    await this.change(at.pid, async ({ value }) => {
      if (value.peer !== caller.id || (at.role !== undefined && value.role !== at.role)) throw this.#unknown(at.pid);
      const kept = answerTo(value, at.id);
      if (kept !== undefined) {
        answer = kept;
        return undefined;
      }
      const received = await transition(value);
      answer = received.answer;
      if (received.next === undefined && at.id === undefined) return undefined;
      const next = received.next ?? { record: value };
      return { ...next, record: answered(next.record, at.id, received.answer) };
    });
    if (answer === undefined) throw this.#contended();
    return answer;
  }

  /** The commit of a change that somebody else makes durable (the outbox, when a piece of work is settled). */
  settlement(before: Stored<R>, next: Next<R>): Settlement {
    const { commit, after } = this.#commit(before, next);
    return { ...commit, react: () => this.#options.changed(before.value, after) };
  }

  #commit(before: Stored<R> | undefined, next: Next<R>, ending = true): { commit: Commit; after: R } {
    const { kind, collection, records, queue, isFinal } = this.#options;
    const now = this.#options.clock.now();
    const { record, also } = next;
    const works = [...(next.works ?? []), ...this.#question(before?.value, record)];
    // INVARIANT: work is numbered without a gap in its process' lane, by the record that is committed with it.
    const queued = works.map((work, index) => queue.write(work, record.peer, record.lane + index, now, ending));
    const after: R = { ...record, lane: record.lane + works.length, updated: now };
    const writes: Write[] = [collection.put([after.pid], after), ...queued, ...(also?.writes ?? [])];
    if (isFinal(after)) {
      if (before !== undefined && !isFinal(before.value)) {
        writes.push(records.open.delete([kind, after.pid]), records.openedBy.delete([kind, after.peer, after.pid]));
      }
    } else if (before === undefined) {
      writes.push(records.open.put([kind, after.pid], { pid: after.pid }));
    }
    writes.push(...(this.#options.indexes?.(before?.value, after) ?? []));
    const unchanged = before === undefined ? collection.absent(after.pid) : collection.unchanged(before);
    return { commit: { conditions: [unchanged, ...(also?.conditions ?? [])], writes }, after };
  }

  /**
   * INVARIANT: whatever moves a process, and whoever, asks what comes next in the same commit. Behind the message that tells
   * the peer of a move, so it is asked once the peer has answered.
   */
  #question(before: R | undefined, record: R): DspWork[] {
    const { kind, isFinal, isDecided } = this.#options;
    const entered = before === undefined || before.moves !== record.moves;
    if (!entered || isFinal(record) || !isDecided(record)) return [];
    return [{ kind: 'decide', process: kind, pid: record.pid, state: record.state, moves: record.moves }];
  }

  /** INVARIANT: what was opened before this one is stored, or is among the `opening` that came first. */
  async #demandRoom(peer: string, opening: number): Promise<void> {
    const { records, kind, perPeer } = this.#options;
    let open = opening;
    for await (const _ of records.openedBy.all([kind, peer])) open += 1;
    if (open < perPeer) return;
    const message = `Expected at most ${perPeer} ${kind} processes of one peer to be open; end some, or try again later.`;
    throw new ConnectorError('QUEUE_FULL', message);
  }

  /** In the same words whether there is none or it is somebody else's: the difference would tell that it exists. */
  #unknown(pid: string): ConnectorError {
    return new ConnectorError('NOT_FOUND', `There is no ${this.#options.kind} ${pid} of yours here.`);
  }

  #contended(): ConnectorError {
    return new ConnectorError(
      'QUEUE_FULL',
      `The ${this.#options.kind} is being changed by too many at once; try again.`,
    );
  }
}
