import { leafHash } from '@causeway/evidence';
import type { Store } from '@causeway/platform';
import { advice, LogError } from '../errors.js';
import type { Placement, VerifiedSubmission } from '../records/plan.js';
import { Integrator, type Published } from './integrator.js';
import type { LogKey } from './log-key.js';
import { Sequencer } from './sequencer.js';
import type { TileStore } from './tiles.js';

export interface LogPorts {
  readonly store: Store;
  readonly tiles: TileStore;
  readonly key: LogKey;
}

/**
 * The log: sequencer and integrator one behind the other. An envelope is submitted, verified, sequenced (its index is
 * durable in the store), integrated (a published checkpoint covers it), answered; each step only after the one before.
 */
export class TransparencyLog {
  readonly #ports: LogPorts;
  readonly #sequencer: Sequencer;
  #integrator: Integrator;

  private constructor(ports: LogPorts, sequencer: Sequencer, integrator: Integrator) {
    this.#ports = ports;
    this.#sequencer = sequencer;
    this.#integrator = integrator;
  }

  /**
   * Takes the sequencer's lease and integrates what was sequenced before and not integrated.
   * @throws LogError LOG_DEPOSED, LOG_AHEAD, LOG_CORRUPT
   */
  static async open(ports: LogPorts): Promise<TransparencyLog> {
    const sequencer = await Sequencer.take(ports.store);
    try {
      const log = new TransparencyLog(ports, sequencer, await Integrator.open(ports.tiles, ports.key));
      await log.#catchUp();
      return log;
    } catch (error) {
      await sequencer.release();
      throw error;
    }
  }

  get published(): Published {
    return this.#integrator.published;
  }

  /**
   * Logs the first envelopes of a batch, as many as one commit has room for: when it returns they are in the published
   * log. After a failure nobody knows how far it came: `recover` before the next one.
   */
  async append(batch: readonly VerifiedSubmission[], now: number): Promise<readonly Placement[]> {
    const { placements, leaves } = await this.#sequencer.sequence(batch, now);
    if (leaves.length > 0) await this.#integrator.integrate(leaves);
    return placements;
  }

  /** Reads everything anew from disk and goes on from there. */
  async recover(): Promise<void> {
    this.#integrator = await Integrator.open(this.#ports.tiles, this.#ports.key);
    await this.#catchUp();
  }

  /** A C2SP tlog-proof of the leaf at `index`, which must be integrated, against the current checkpoint. */
  receipt(index: number): Promise<string> {
    return this.#integrator.receipt(index);
  }

  async close(): Promise<void> {
    await this.#sequencer.release();
  }

  async #catchUp(): Promise<void> {
    const integrator = this.#integrator;
    const sequenced = BigInt(await this.#sequencer.size());
    if (integrator.published.size > sequenced) {
      // An older store under a newer log: new envelopes would get indexes that are taken, and the log would fork.
      throw new LogError(
        'LOG_AHEAD',
        `expected a store with all ${integrator.published.size} published leaves, it has ${sequenced}: restore a newer one`,
      );
    }
    await this.#compareLast();
    while (integrator.published.size < sequenced) {
      await integrator.integrate(await this.#leaves(integrator.published.size));
    }
  }

  /** A folder of tiles beside another log's store must not go unnoticed until somebody audits. */
  async #compareLast(): Promise<void> {
    const last = this.#integrator.published.size - 1n;
    if (last < 0n) return;
    const [stored] = await this.#leaves(last);
    if (Buffer.from(await this.#integrator.leafHash(last)).equals(leafHash(stored))) return;
    throw new LogError('LOG_CORRUPT', `expected store and tiles of one log; their last common leaf differs: ${advice}`);
  }

  async #leaves(from: bigint): Promise<[Uint8Array, ...Uint8Array[]]> {
    const [first, ...rest] = await this.#sequencer.leaves(Number(from));
    if (first === undefined)
      throw new LogError('LOG_CORRUPT', `expected an entry for every index in the store: ${advice}`);
    return [first, ...rest];
  }
}
