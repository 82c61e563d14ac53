import type { Agreement, Reason } from '../model.js';
import { reason } from '../reasons.js';
import type { Records } from '../records.js';
import { type DutyRecord, dutyId, isOverdue, saidIn } from './record.js';
import type { TermsOf } from './terms.js';
import { nameOf } from './words.js';

/**
 * Why no further transfer starts under an agreement (deny by default): its consumer violated a duty that was neither made
 * good nor excused, or owes an answer whose time is over, or could not keep what the transfer would bring. Undefined: it may
 * start.
 */
export async function breachOf(
  records: Records,
  termsOf: TermsOf,
  agreement: Agreement,
  now: number,
): Promise<Reason | undefined> {
  const { digest } = agreement;
  for await (const { value } of records.dutyBreaches.all([digest])) {
    const duty = (await records.duties.get(digest, value.id))?.value;
    if (duty === undefined || (await madeGood(records, termsOf, agreement, duty))) continue;
    const { en, zh } = nameOf(duty);
    return reason('DUTY_VIOLATED', `A duty was not kept: ${en}.`, `未履行义务：${zh}。`);
  }
  // In the order in which they are due.
  const [first] = (await records.dutiesDue.page({ prefix: [digest], limit: 1 })).items;
  const waiting = first && (await records.duties.get(digest, first.value.id))?.value;
  if (waiting !== undefined && isOverdue(waiting, now)) {
    const { en, zh } = nameOf(waiting);
    return reason(
      'DUTY_OVERDUE',
      `No report came of a duty that is overdue: ${en}.`,
      `义务已逾期且未收到报告：${zh}。`,
    );
  }
  const owed = termsOf(agreement).owed(now);
  const late = owed.find(({ due }) => due !== undefined && due < now);
  if (late === undefined) return undefined;
  const { en, zh } = nameOf({ ...late, delivered: now });
  return reason(
    'DUTY_OVERDUE',
    `What would be delivered now could not be kept: ${en}.`,
    `现在交付将无法按期履行：${zh}。`,
  );
}

/**
 * ODRL Information Model, 2.6.7: a duty that was not fulfilled in time is made good by being done after all, and its
 * consequences too. Where the policy names none, only a person can let it be.
 */
async function madeGood(records: Records, termsOf: TermsOf, agreement: Agreement, duty: DutyRecord): Promise<boolean> {
  const { violated, delivered, transfer } = duty;
  const last = duty.answers.at(-1);
  const done = last !== undefined && ['deleted', 'informed', 'logged'].includes(saidIn(last).result);
  if (violated === undefined || !done) return false;
  const owed = termsOf(agreement).consequences(duty.duty, { delivered, violated });
  const states = await Promise.all(
    owed.map(async (one) => {
      const found = await records.duties.get(agreement.digest, dutyId(agreement.digest, transfer, one.duty));
      return found?.value.state;
    }),
  );
  return states.length > 0 && states.every((state) => state === 'fulfilled');
}
