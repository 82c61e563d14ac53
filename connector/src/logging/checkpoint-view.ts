import {
  type Checkpoint,
  type ConsistencyProof,
  EvidenceError,
  type HashReader,
  type NoteVerifier,
  parseCheckpoint,
  proveBeginnings,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '@causeway/evidence';
import type { Clock, Logger, Store } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { LogView, Reason } from '../model.js';
import type { Records } from '../records.js';
import { distrust, forked, rolledBack, unpublished } from './distrust.js';
import type { PublishedLog } from './published-log.js';
import { TileCache, TileFault } from './tile-cache.js';

/** What a receipt that verified promises: this leaf, at this index, in the tree of this checkpoint. */
export interface Promised {
  readonly index: bigint;
  /** RFC 6962 hash of our own leaf. */
  readonly leafHash: Uint8Array;
  readonly checkpoint: Checkpoint;
  /** The checkpoint as the signed note it came in. */
  readonly note: string;
}

/** A checkpoint as a signed note, with what proves that earlier ones are its beginning. */
export interface Proven {
  readonly note: string;
  readonly consistency: ConsistencyProof[];
}

interface Waiting {
  readonly promised: Promised | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Seen {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  /** Of the tree under it: what one proof has read serves the next. */
  hashes?: HashReader;
}

/** A damaged answer on the way is no lie of the log: it is convicted when it says the same again, from the beginning. */
const looks = 3;

/**
 * The last published checkpoint that we verified, kept across restarts and moved forward only by proof. A receipt counts
 * when the published log, not merely the checkpoint inside the receipt, extends what we saw before and holds the leaf
 * (I6). A log that contradicts its own signature is distrusted for good; one that cannot be reached is asked again.
 */
export class CheckpointView {
  readonly #records: Records;
  readonly #store: Store;
  readonly #published: PublishedLog;
  readonly #verifier: NoteVerifier;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tiles: TileCache;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #seen: Seen | undefined;
  #distrusted: Reason | undefined;
  #loaded: Promise<void> | undefined;

  constructor(options: {
    readonly records: Records;
    readonly store: Store;
    readonly published: PublishedLog;
    /** Of the log's key in the trust bundle. */
    readonly verifier: NoteVerifier;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#records = options.records;
    this.#store = options.store;
    this.#published = options.published;
    this.#verifier = options.verifier;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#tiles = new TileCache(options.published);
  }

  async current(): Promise<Checkpoint | undefined> {
    await this.#load();
    return this.#seen?.checkpoint;
  }

  async distrusted(): Promise<Reason | undefined> {
    await this.#load();
    return this.#distrusted;
  }

  /**
   * Resolves once the published log has been proven to hold what a receipt promises. Callers at the same time share one
   * look at the log.
   * @throws ConnectorError EVIDENCE_PENDING (not published yet), PEER_UNREACHABLE, LOG_DISTRUSTED
   */
  cover(promised: Promised): Promise<void> {
    return this.#ask(promised);
  }

  /**
   * Looks at the published checkpoint and moves forward to it.
   * @throws ConnectorError PEER_UNREACHABLE, LOG_DISTRUSTED
   */
  refresh(): Promise<void> {
    return this.#ask(undefined);
  }

  /**
   * The last checkpoint, and for each of these sizes below its own a proof, out of the published tiles, that the smaller tree
   * is its beginning. What is proven so is verified by whoever reads it.
   * @throws ConnectorError PEER_UNREACHABLE, TileFault
   */
  async prove(sizes: readonly bigint[]): Promise<Proven | undefined> {
    await this.#load();
    const seen = this.#seen;
    if (seen === undefined) return undefined;
    const { size: to } = seen.checkpoint;
    return { note: seen.note, consistency: await proveBeginnings(sizes, to, this.#tiles.reader(to)) };
  }

  #ask(promised: Promised | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ promised, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whoever asks in the same moment is one of this batch.
      await undefined;
      const batch = this.#waiting.splice(0);
      try {
        await this.#load();
        await this.#settle(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // INVARIANT: in the turn in which nothing was found to wait, so nobody waits for a worker that has ended.
    this.#working = undefined;
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    for (let look = 1; ; look += 1) {
      if (this.#distrusted) throw distrust(this.#distrusted);
      const known = this.#seen?.checkpoint.size ?? -1n;
      const behind = look > 1 || batch.some(({ promised }) => !promised || promised.checkpoint.size > known);
      try {
        const seen = behind ? await this.#advance() : this.#seen;
        if (seen) await this.#check(seen, batch);
        break;
      } catch (error) {
        if (!(error instanceof TileFault) && !(error instanceof Contradiction)) throw error;
        this.#log.warn({ err: error, look }, 'the published log contradicts itself');
        this.#tiles.clear();
        delete this.#seen?.hashes;
        if (look === looks) throw await this.#convict(error);
      }
    }
    const size = this.#seen?.checkpoint.size ?? 0n;
    for (const { promised, resolve, reject } of batch) {
      if (!promised || promised.checkpoint.size <= size) resolve();
      else
        reject(
          new ConnectorError(
            'EVIDENCE_PENDING',
            `the log has published ${size} leaves of the ${promised.checkpoint.size} it signed`,
          ),
        );
    }
  }

  /** Reads the published checkpoint and proves that it extends the last one. */
  async #advance(): Promise<Seen> {
    const note = await this.#published.checkpoint();
    const next: Seen = { note, checkpoint: this.#parse(note) };
    const last = this.#seen;
    if (last) {
      if (next.checkpoint.size < last.checkpoint.size) {
        throw new Contradiction(rolledBack(last.checkpoint.size, next.checkpoint.size), [last.note, note]);
      }
      await this.#extends(last, next, this.#hashesOf(next));
    }
    if (!last || next.checkpoint.size > last.checkpoint.size) {
      await this.#save({ note, verified: this.#clock.now() });
      this.#seen = next;
    }
    return this.#seen ?? next;
  }

  async #check(seen: Seen, batch: readonly Waiting[]): Promise<void> {
    const { size, root } = seen.checkpoint;
    const hashes = this.#hashesOf(seen);
    const extended = new Set<string>();
    for (const { promised } of batch) {
      if (!promised || promised.checkpoint.size > size) continue;
      const { index, leafHash, checkpoint, note } = promised;
      const name = `${checkpoint.size} ${Buffer.from(checkpoint.root).toString('hex')}`;
      if (!extended.has(name)) await this.#extends({ note, checkpoint }, seen, hashes);
      extended.add(name);
      // The roots may be right while the tile that everybody reads lacks the leaf.
      const published = await hashes.read(0, index);
      if (!Buffer.from(published).equals(leafHash)) throw new Contradiction(unpublished(index), [note, seen.note]);
      const proof = await proveInclusion(index, size, hashes);
      this.#holds(() => verifyInclusion({ index, size, leafHash, proof, root }), unpublished(index), [note, seen.note]);
    }
  }

  #hashesOf(seen: Seen): HashReader {
    seen.hashes ??= this.#tiles.reader(seen.checkpoint.size);
    return seen.hashes;
  }

  async #extends(older: Seen, newer: Seen, hashes: HashReader): Promise<void> {
    const [from, to] = [older.checkpoint.size, newer.checkpoint.size];
    const proof = await proveConsistency(from, to, hashes);
    const claim = { from, to, proof, oldRoot: older.checkpoint.root, newRoot: newer.checkpoint.root };
    this.#holds(() => verifyConsistency(claim), forked(from, to), [older.note, newer.note]);
  }

  #holds(verify: () => void, reason: Reason, notes: readonly string[]): void {
    try {
      verify();
    } catch (error) {
      if (error instanceof EvidenceError) throw new Contradiction(reason, notes, error);
      throw error;
    }
  }

  /** A note without the log's signature convicts nobody: the log is asked again. */
  #parse(note: string): Checkpoint {
    try {
      return parseCheckpoint(note, this.#verifier);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      throw new ConnectorError(
        'PEER_UNREACHABLE',
        `the log publishes no checkpoint signed with its key: ${error.message}`,
        {
          cause: error,
        },
      );
    }
  }

  async #convict(error: TileFault | Contradiction): Promise<ConnectorError> {
    const reason = error instanceof Contradiction ? error.reason : unpublished(undefined, error.message);
    const proof = error instanceof Contradiction ? error.notes : [];
    const note = this.#seen?.note ?? proof.at(-1) ?? '';
    await this.#save({ note, verified: this.#clock.now(), distrusted: reason, proof });
    this.#distrusted = reason;
    this.#log.error({ reason: reason.code, message: reason.en }, 'the log is not believed any more');
    return distrust(reason);
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  async #read(): Promise<void> {
    const stored = await this.#records.logView.get('log');
    if (!stored) return;
    this.#distrusted = stored.value.distrusted;
    if (stored.value.note !== '') this.#seen = { note: stored.value.note, checkpoint: this.#parse(stored.value.note) };
  }

  /** INVARIANT: nothing counts on the word of a checkpoint that is not stored. */
  async #save(view: LogView): Promise<void> {
    const stored = await this.#records.logView.get('log');
    const condition = stored ? this.#records.logView.unchanged(stored) : this.#records.logView.absent('log');
    const result = await this.#store.commit({
      conditions: [condition],
      writes: [this.#records.logView.put(['log'], view)],
    });
    if (!result.ok)
      throw new ConnectorError('STATE_INVALID', 'expected to be the only one who keeps this view of the log');
  }
}

class Contradiction extends Error {
  override readonly name = 'Contradiction';
  readonly reason: Reason;
  readonly notes: readonly string[];

  constructor(reason: Reason, notes: readonly string[], cause?: unknown) {
    super(reason.en, { cause });
    this.reason = reason;
    this.notes = notes;
  }
}
