import { parseStatement } from '@causeway/evidence';
import type { Agreement, Transfer } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';
import type { Records } from '../records.js';
import { type Left, leftOf } from './left.js';

export const usageStates = ['pending', 'inForce', 'over', 'ended'] as const;

/** What was got under an agreement. */
export interface Pulled {
  /** Transfers that were completed, their bytes, and when the last of them was. */
  readonly times: number;
  readonly bytes: number;
  readonly last?: number;
  /** Transfers that have not ended, and those that ended before they were whole. */
  readonly running: number;
  readonly refused: number;
  /** There are more than were looked at: each number is the least it can be. */
  readonly more?: true;
}

export interface AgreementUsage {
  readonly state: (typeof usageStates)[number];
  readonly left: readonly Left[];
  readonly pulled: Pulled;
}

/** How an agreement stands: what was got under it, and what is left of it. At most `most` of its transfers are looked at. */
export async function usageOf(
  records: Records,
  agreement: Agreement,
  now: number,
  most: number,
): Promise<{ readonly usage: AgreementUsage; readonly looked: number }> {
  const { items, next } = await records.transfersOf.page({ prefix: [agreement.digest], limit: most });
  const found = await Promise.all(items.map(({ value }) => records.transfers.get(value.pid)));
  const transfers = found.flatMap((stored) => stored?.value ?? []);
  const pulled = { ...pulledIn(transfers), ...(next === undefined ? {} : { more: true as const }) };
  const left = await leftUnder(records, agreement, pulled.times + pulled.running);
  return { usage: { state: stateOf(agreement, left, now), left, pulled }, looked: items.length };
}

function pulledIn(transfers: readonly Transfer[]): Pulled {
  const whole = transfers.filter(({ state }) => state === 'COMPLETED');
  const bytes = whole.map(({ end }) => (end === undefined ? 0 : Number(closingBytes(end.statement))));
  return {
    times: whole.length,
    bytes: bytes.reduce((sum, each) => sum + each, 0),
    ...(whole.length === 0 ? {} : { last: Math.max(...whole.map(({ updated }) => updated)) }),
    running: transfers.filter(({ state }) => state !== 'COMPLETED' && state !== 'TERMINATED').length,
    refused: transfers.filter(({ state }) => state === 'TERMINATED').length,
  };
}

function closingBytes(statement: string): string {
  const { statement: said } = parseStatement(statement);
  return 'bytes' in said ? String(said.bytes) : '0';
}

/** The provider counts uses; a consumer knows of its own transfers, each of which is one. */
async function leftUnder(records: Records, { digest, role, policy }: Agreement, got: number): Promise<Left[]> {
  const terms = readTerms(policy, 'Agreement');
  if (isReason(terms)) return [];
  const rules = terms.permissions.map(({ rule }) => rule);
  const counts = await Promise.all(
    rules.map(async (rule) => (await records.counts.get(digest, rule))?.value.used ?? 0),
  );
  const used = new Map(rules.map((rule, index) => [rule, counts[index] ?? 0]));
  return leftOf(terms, (rule) => (role === 'provider' ? (used.get(rule) ?? 0) : got));
}

function stateOf(agreement: Agreement, left: readonly Left[], now: number): AgreementUsage['state'] {
  if (agreement.ended !== undefined) return 'ended';
  if (agreement.finalized === undefined) return 'pending';
  const over = ({ uses, until }: Left): boolean => uses?.left === 0 || (until !== undefined && until <= now);
  return left.length > 0 && left.every(over) ? 'over' : 'inForce';
}
