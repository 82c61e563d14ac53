import type { Digest } from '@causeway/evidence';
import type { Collection, KeyPart, Store } from '@causeway/platform';
import { advice, LogError } from '../errors.js';
import { type Layout, layoutOf, type RecordHead } from './layout.js';
import { firstSequence } from './plan.js';
import { maySee, type Viewer } from './record.js';

/** An entry of a record with its receipt against the current checkpoint. */
export interface ReceiptedEntry {
  readonly envelope: string;
  readonly keyStatement: string;
  readonly index: number;
  readonly receipt: string;
  readonly logged: number;
}

/** A record with some of its entries; `next` is empty when no more follow. */
export interface RecordPage {
  readonly id: Digest;
  readonly head: RecordHead;
  readonly entries: readonly ReceiptedEntry[];
  readonly next: string;
}

export interface RecordList {
  readonly records: readonly RecordPage[];
  readonly next: string;
}

/** How far a signer has come under an agreement. */
export interface Standing {
  /** The sequence number of its next envelope. */
  readonly next: number;
  /** Either party ended the agreement. */
  readonly ended: boolean;
}

/** The published log, as far as reading needs it. */
interface PublishedLog {
  readonly published: { readonly size: bigint };
  receipt(index: number): Promise<string>;
}

/** Bounds of one answer; at least one entry is in it, so an answer stays below the largest gRPC message of 1 MiB. */
const pageLimits = { entries: 100, bytes: 524_288 };
export const listLimits = { most: 1_000, usual: 100 } as const;
/** Most agreements of one question how they stand. */
export const mostStandings = 1_000;

/**
 * Reads records for those who may see them. INVARIANT: a viewer is asked for everywhere, and a record it may not see is
 * answered like one that does not exist.
 */
export class RecordReader {
  readonly #store: Store;
  readonly #layout: Layout;
  readonly #log: PublishedLog;

  constructor(store: Store, log: PublishedLog) {
    this.#store = store;
    this.#layout = layoutOf(store);
    this.#log = log;
  }

  /** A page of one record. @throws LogError CURSOR_INVALID */
  async get(viewer: Viewer, id: string, cursor: string): Promise<RecordPage | undefined> {
    const after = readCursor(cursor);
    const head = (await this.#layout.records.get(id))?.value;
    if (head === undefined || !maySee(head, viewer) || head.opened >= this.#size) return undefined;
    return await this.#page(id as Digest, head, after, { bytes: pageLimits.bytes });
  }

  /** The records a viewer may see, oldest first. @throws LogError CURSOR_INVALID */
  async list(
    viewer: Viewer,
    options: { readonly limit: number; readonly cursor: string; readonly agreement?: string },
  ): Promise<RecordList> {
    const { agreement } = options;
    const limit = Math.min(options.limit || listLimits.usual, listLimits.most);
    const budget = { bytes: pageLimits.bytes };
    const after = readCursor(options.cursor);
    const { views, agreementViews } = this.#layout;
    const found = agreement
      ? await this.#scan(agreementViews, [viewer.id, agreement], after, limit)
      : await this.#scan(views, [viewer.id], after, limit);
    const records: RecordPage[] = [];
    let next = '';
    for (const { record } of found) {
      const head = (await this.#layout.records.get(record))?.value;
      // What is sequenced but not integrated yet is not there yet, and neither is what comes after it.
      if (head === undefined || head.opened >= this.#size) return { records, next: '' };
      if (budget.bytes <= 0) return { records, next };
      next = String(head.opened);
      if (maySee(head, viewer)) records.push(await this.#page(record, head, undefined, budget));
    }
    return { records, next: found.length === limit ? next : '' };
  }

  /** How far a signer's own envelopes have come under each agreement: nothing is told of those it signed nothing under. */
  async standings(signer: string, agreements: readonly Digest[]): Promise<Standing[]> {
    const { chains } = this.#layout;
    const standings: Standing[] = [];
    for (const agreement of agreements) {
      const own = (await chains.get(agreement, signer))?.value;
      const other = own && (own.provider === signer ? own.consumer : own.provider);
      const theirs = other === undefined ? undefined : (await chains.get(agreement, other))?.value;
      standings.push({ next: own?.next ?? firstSequence, ended: own?.ended === true || theirs?.ended === true });
    }
    return standings;
  }

  get #size(): bigint {
    return this.#log.published.size;
  }

  async #page(id: Digest, head: RecordHead, after: number | undefined, budget: { bytes: number }): Promise<RecordPage> {
    const members = await this.#scan(this.#layout.members, [id], after, pageLimits.entries);
    const integrated = members.filter(({ index }) => index < this.#size);
    const entries: ReceiptedEntry[] = [];
    for (const { index } of integrated) {
      if (budget.bytes <= 0) break;
      const stored = await this.#layout.entries.get(index);
      if (stored === undefined) throw new LogError('LOG_CORRUPT', `expected an entry for every index: ${advice}`);
      const { envelope, keyStatement, logged } = stored.value;
      const receipt = await this.#log.receipt(index);
      entries.push({ envelope, keyStatement, index, receipt, logged });
      budget.bytes -= envelope.length + keyStatement.length + receipt.length;
    }
    const more = entries.length < integrated.length || members.length === pageLimits.entries;
    return { id, head, entries, next: more ? String(entries.at(-1)?.index ?? '') : '' };
  }

  async #scan<T extends object>(
    collection: Collection<T>,
    prefix: readonly KeyPart[],
    after: number | undefined,
    limit: number,
  ): Promise<T[]> {
    const edge = after === undefined ? {} : { after: collection.key(...prefix, after) };
    const found = await this.#store.scan({ prefix: collection.key(...prefix), ...edge, limit });
    return found.map((entry) => collection.read(entry).value);
  }
}

/** A cursor is the index after which a list goes on. It comes from outside and can lead nowhere but within that list. */
function readCursor(cursor: string): number | undefined {
  if (cursor === '') return undefined;
  if (/^(0|[1-9]\d{0,14})$/.test(cursor)) return Number(cursor);
  throw new LogError('CURSOR_INVALID', 'expected a cursor that a page gave out; begin again without one');
}
