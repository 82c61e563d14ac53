import type { Digest } from '../digest.js';
import { EvidenceError } from '../errors.js';
import type { Parties } from '../record/envelope.js';
import type { DutyStatement, Statement } from '../record/statement.js';
import type { SignedEntry } from './entries.js';
import type { ReleasedStatement } from './statements.js';

/** What an audit can find wrong. */
export type FindingCode =
  /** The bundle is not canonical JSON of the one shape. */
  | 'BUNDLE_INVALID'
  /** The trust bundle is not signed by a pinned key, or names no log. */
  | 'TRUST_INVALID'
  | 'KEY_STATEMENT_INVALID'
  | 'ENVELOPE_INVALID'
  /** A valid envelope of another agreement, or of somebody who is no party to it. */
  | 'ENVELOPE_FOREIGN'
  /** The agreement's envelopes name different parties, or there is none. */
  | 'PARTIES_UNCLEAR'
  /** A signer's sequence numbers have a gap or a repetition. */
  | 'SEQUENCE_BROKEN'
  | 'STATEMENT_INVALID'
  /** A statement that no envelope of the bundle signs as what it is. */
  | 'STATEMENT_UNSIGNED'
  /** Statements or entries repeated, or in another order than the one defined. */
  | 'ORDER_WRONG'
  /** The agreement statement does not fit its envelopes or its own policy. */
  | 'AGREEMENT_MISMATCH'
  /** A start, an end and the agreement that do not follow from each other. */
  | 'CHAIN_BROKEN'
  /** What allows a transfer was logged after the end of it: data may have left before. */
  | 'START_LATE'
  /** The parties signed different stories, and nobody disputes. */
  | 'STORY_DIFFERS'
  | 'RECEIPT_INVALID'
  | 'CHECKPOINT_INVALID'
  /** The proof that one checkpoint continues another does not hold. */
  | 'CONSISTENCY_INVALID'
  /** Nothing shows that a receipt's checkpoint belongs to the bundle's: it takes the published log to tell. */
  | 'CONSISTENCY_MISSING'
  /** The published log is smaller than one that it signed for before. */
  | 'LOG_SHRUNK'
  /** A checkpoint carries signatures of keys that the trust bundle does not name: nothing can be said of them. */
  | 'SIGNATURE_UNKNOWN'
  /** The published log is not the continuation of one that it signed for before. */
  | 'LOG_FORKED'
  /** The published log does not hold the leaf at the receipt's place. */
  | 'LEAF_MISSING'
  /** A tile or an entry bundle could not be had. */
  | 'TILE_MISSING'
  /** A tile or an entry bundle is not of the tree that the published checkpoint commits to. */
  | 'TILE_INVALID';

/** One thing that is wrong, and where. */
export interface Finding {
  readonly code: FindingCode;
  /**
   * `bundle#<JSON pointer>`, `checkpoint`, or the path of a tile, each with `@<offset in bytes>` where that is known.
   */
  readonly where: string;
  readonly message: string;
}

/** A check that was made, on how many things, and how many findings it has. */
export interface Check {
  readonly check: 'bundle' | 'trust' | 'envelopes' | 'statements' | 'record' | 'receipts' | 'consistency' | 'log';
  readonly examined: number;
  readonly findings: number;
}

/**
 * How a transfer ended, by what the parties signed. `stopped`: by the word of its provider, who sent no more of it; `unknown`
 * when the statement of an end or a stop was not released.
 */
export type TransferStory = 'running' | 'agreed' | 'one-sided' | 'disputed' | 'stopped' | 'unknown';

/** Why the provider stopped a transfer, and by whose move. */
export interface StoppedStory {
  readonly by: string;
  readonly code: string;
  readonly reason: string;
  readonly time: string;
}

/** By whom and why the agreement was ended. */
export type EndedStory = StoppedStory;

/** What the consumer says of one duty, in the order in which it was logged. */
export interface DutyStory {
  readonly duty: string;
  readonly action: string;
  readonly transfer?: string;
  readonly outcome: 'fulfilled' | 'violated';
  readonly result: DutyStatement['result'];
  readonly due?: string;
  readonly time: string;
}

/** A statement that was signed and logged, and that nobody gave to whoever made the bundle. */
export interface Unreleased {
  readonly statement: Digest;
  readonly type: Statement['type'];
  /** Each of them holds it. */
  readonly signers: readonly string[];
}

/** What the record says happened: no judgement, but what a reader must know who believes it. */
export interface Story {
  /** Who signed the agreement. `one-sided` with a peer that signs nothing. */
  readonly agreement: 'agreed' | 'one-sided';
  readonly transfers: readonly {
    /** The provider's pid, when a statement that names it was released. */
    readonly transfer?: string;
    /** Id of the start statement. */
    readonly start: Digest;
    readonly story: TransferStory;
    /** Whoever held its token could fetch the data: it was bound to no certificate. */
    readonly token?: 'unbound';
    /** Exactly when it was stopped. */
    readonly stopped?: StoppedStory;
  }[];
  /** Empty while the agreement is in force; each party ends it at most once. */
  readonly ended: readonly EndedStory[];
  /** Duties that somebody has answered for: one that is pending, or that nobody speaks of, is not here. */
  readonly duties: readonly DutyStory[];
  /** Statements that were signed and logged but not released. */
  readonly unreleased: readonly Unreleased[];
}

/** The same text in both languages. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** What holds: verified envelopes and the statements they sign. */
export interface VerifiedRecord {
  readonly agreement: Digest;
  readonly parties: Parties;
  readonly entries: readonly LoggedEntry[];
  readonly statements: readonly ReleasedStatement[];
}

export interface LoggedEntry extends SignedEntry {
  /** Its place in the log, when its receipt holds. */
  readonly index?: bigint;
}

export interface AuditReport {
  /** Nothing was found. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
  /** What this audit cannot tell. */
  readonly unchecked: readonly Words[];
  /** Leaves in the published log; without it, under the bundle's own checkpoint. */
  readonly treeSize: bigint;
  /** Places in the log of the entries whose receipts hold, in the bundle's order. */
  readonly indexes: readonly bigint[];
  /** Absent when the envelopes could not be read. */
  readonly story?: Story;
  /** Absent with it. */
  readonly record?: VerifiedRecord;
}

/** Collects findings and what was examined, check by check. */
export class Findings {
  readonly list: Finding[] = [];
  readonly checks: Check[] = [];

  add(code: FindingCode, where: string, message: string): void {
    this.list.push({ code, where, message });
  }

  /** Runs something that may refuse its input; then adds what it says, and gives `undefined`. */
  async attempt<T>(code: FindingCode, where: string, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      // Whatever else is thrown is a mistake of ours, and no finding.
      if (!(error instanceof EvidenceError)) throw error;
      const { pointer = '', path = where, offset } = error.data;
      const at = offset === undefined ? '' : `@${offset}`;
      const fragment = pointer === '' || path.includes('#') ? pointer : `#${pointer}`;
      const why = error.code === 'NOT_CANONICAL' && error.cause ? ` (${messageOf(error.cause)})` : '';
      this.add(
        error.code === 'TILE_MISSING' ? 'TILE_MISSING' : code,
        `${path}${fragment}${at}`,
        `${error.message}${why}`,
      );
      return undefined;
    }
  }

  /** Runs one check and counts what it finds. */
  async during<T>(check: Check['check'], examined: number, run: () => T | Promise<T>): Promise<T> {
    const before = this.list.length;
    const result = await run();
    this.checks.push({ check, examined, findings: this.list.length - before });
    return result;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
