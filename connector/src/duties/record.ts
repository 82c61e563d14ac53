import { canonicalJson, type Digest, type DutyStatement, digestOf, parseStatement } from '@causeway/evidence';
import type { Write } from '@causeway/platform';
import type { ProcessRole, Reason, SignedEnvelope } from '../model.js';
import type { Records } from '../records.js';
import { dutyStatements } from '../release/statement-index.js';

/** What was said of a duty: by us when we are the consumer, to us when we are the provider. */
export interface DutyAnswer extends SignedEnvelope {
  /** The duty statement, canonical JSON. */
  readonly statement: string;
  readonly id: Digest;
  /** When the provider had it, by the provider's clock. */
  readonly received?: number;
  /** The provider refused it for good: somebody has to look. Consumer only. */
  readonly refused?: Reason;
}

/** One duty that one delivery brought, as the consumer keeps it and the provider expects it. Key: (agreement, id). */
export interface DutyRecord {
  /** The same at both sides; see {@link dutyId}. */
  readonly id: string;
  readonly role: ProcessRole;
  readonly peer: string;
  readonly agreement: Digest;
  readonly dataset: string;
  /** Where it stands in the policy, as `obligation/0` or `obligation/0/consequence/1`. */
  readonly duty: string;
  readonly action: string;
  /** The provider's pid of the transfer that delivered. */
  readonly transfer: string;
  /** Our own pid of it. */
  readonly pid: string;
  /** The time of its closing statement, and how many bytes it says. */
  readonly delivered: number;
  readonly bytes: number;
  readonly state: 'pending' | 'fulfilled' | 'violated';
  /** The last millisecond in which it can be fulfilled. */
  readonly due?: number;
  /** When it was violated: when that was found, at the latest when it was due. */
  readonly violated?: number;
  /** When this consumer looks at it next. */
  readonly wake?: number;
  /**
   * INVARIANT: saved while the file was the one that was delivered, before it is touched: what is gone after that was
   * removed by us.
   */
  readonly removing?: boolean;
  /** Why it could not be done when it was tried last. */
  readonly trouble?: string;
  /** Several only when a file could not be removed in time and was later. */
  readonly answers: readonly DutyAnswer[];
  /** A person of the provider let a violation be. Provider only. */
  readonly excused?: { readonly reason: string; readonly at: number };
  readonly started: number;
  readonly updated: number;
}

/** A short name for one duty of one delivery, which both sides come to by themselves. */
export function dutyId(agreement: Digest, transfer: string, duty: string): string {
  return digestOf(canonicalJson([agreement, transfer, duty])).slice('sha-256:'.length, 'sha-256:'.length + 32);
}

/** The duty whose violation brought this one, if one did. */
export function causeOf({ agreement, transfer, duty }: DutyRecord): string | undefined {
  const cause = /^(.+)\/consequence\/\d+$/.exec(duty)?.[1];
  return cause === undefined ? undefined : dutyId(agreement, transfer, cause);
}

export function saidIn({ statement }: Pick<DutyAnswer, 'statement'>): DutyStatement {
  const { statement: said } = parseStatement(statement);
  if (said.type === 'duty') return said;
  throw new TypeError(`expected a duty statement to be stored, found one of ${said.type}`);
}

/** Whether nothing more can be said of it. */
export function isClosed({ answers }: DutyRecord): boolean {
  const last = answers.at(-1);
  return last !== undefined && saidIn(last).result !== 'kept';
}

/** What a report makes of a duty, and since when, the same at both sides. */
export function judged(
  { action, due }: DutyRecord,
  said: DutyStatement,
  received: number,
): { readonly state: 'fulfilled' } | { readonly state: 'violated'; readonly at: number } {
  if (said.outcome === 'violated') return { state: 'violated', at: Date.parse(said.time) };
  // Whoever is to be informed knows when; of a file, whoever has it.
  const late = action === 'inform' && due !== undefined && received > due;
  return late ? { state: 'violated', at: received } : { state: 'fulfilled' };
}

/** Pending, and the time is over: at the provider no report has come. */
export function isOverdue({ state, due }: DutyRecord, now: number): boolean {
  return state === 'pending' && due !== undefined && now > due;
}

/** The writes that save a duty and keep its indexes in step; `before` is what was stored. */
export function writesOf(records: Records, before: DutyRecord | undefined, after: DutyRecord): Write[] {
  const { agreement, id } = after;
  const writes = [records.duties.put([agreement, id], after), ...dutyStatements(records, before, after)];
  if (before === undefined) writes.push(records.dutyIds.put([id], { agreement, id }));
  const was = before === undefined ? [] : indexesOf(records, before);
  const is = indexesOf(records, after);
  for (const one of was) if (!is.some(({ at }) => at === one.at)) writes.push(one.remove);
  for (const one of is) if (!was.some(({ at }) => at === one.at)) writes.push(one.add);
  return writes;
}

interface Index {
  /** Its place, as text to compare by. */
  readonly at: string;
  readonly add: Write;
  readonly remove: Write;
}

function indexesOf(records: Records, duty: DutyRecord): Index[] {
  const { agreement, id, role, wake, state, due, excused } = duty;
  const indexes: Index[] = [];
  const index = (name: 'dutyWakes' | 'dutiesDue' | 'dutyBreaches', key: readonly (string | number)[]) =>
    indexes.push({
      at: JSON.stringify([name, ...key]),
      add: records[name].put(key, { agreement, id }),
      remove: records[name].delete(key),
    });
  if (role === 'consumer') {
    if (wake !== undefined) index('dutyWakes', [wake, id]);
    return indexes;
  }
  if (excused !== undefined) return indexes;
  if (state === 'pending' && due !== undefined) index('dutiesDue', [agreement, due, id]);
  if (state === 'violated') index('dutyBreaches', [agreement, id]);
  return indexes;
}
