import type { Digest } from '@causeway/evidence';
import type { Commit, Condition, Write } from '@causeway/platform';
import type { Reservation } from '@causeway/policies';
import type { Transfer } from '../model.js';
import { refusal } from '../reasons.js';
import type { Records } from '../records.js';

/**
 * The writes that reserve one use of each of these rules for a transfer, conditioned on the counts they were decided on:
 * of two reservations at once one is made again on what the other left.
 *
 * @throws ConnectorError POLICY_DENIED when a limit is reached
 */
export async function reserve(
  records: Records,
  agreement: Digest,
  transfer: string,
  reservations: readonly Reservation[],
  now: number,
): Promise<Commit> {
  const conditions: Condition[] = [];
  const writes: Write[] = [];
  for (const { rule, limit } of reservations) {
    const count = await records.counts.get(agreement, rule);
    const used = count?.value.used ?? 0;
    // INVARIANT: never more uses than the limit, however many transfers start at once.
    if (used >= limit) throw refusal('POLICY_DENIED', `All ${limit} uses are taken.`, `${limit} 次使用已全部用完。`);
    conditions.push(
      count === undefined ? records.counts.absent(agreement, rule) : records.counts.unchanged(count),
      records.uses.absent(agreement, rule, transfer),
    );
    writes.push(
      records.counts.put([agreement, rule], { used: used + 1 }),
      records.uses.put([agreement, rule, transfer], { transfer, reserved: now }),
    );
  }
  return { conditions, writes };
}

/** The writes that give the uses of a transfer back; only for one of which no byte can have left. */
export async function giveBack(
  records: Records,
  transfer: Pick<Transfer, 'agreement' | 'pid' | 'uses'>,
): Promise<Commit> {
  const conditions: Condition[] = [];
  const writes: Write[] = [];
  for (const rule of transfer.uses ?? []) {
    const [use, count] = await Promise.all([
      records.uses.get(transfer.agreement, rule, transfer.pid),
      records.counts.get(transfer.agreement, rule),
    ]);
    if (use === undefined || count === undefined) continue;
    conditions.push(records.uses.unchanged(use), records.counts.unchanged(count));
    writes.push(
      records.uses.delete([transfer.agreement, rule, transfer.pid]),
      records.counts.put([transfer.agreement, rule], { used: count.value.used - 1 }),
    );
  }
  return { conditions, writes };
}
