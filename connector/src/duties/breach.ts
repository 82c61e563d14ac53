import type { Agreement, Reason } from '../model.js';
import { reason } from '../reasons.js';
import type { Records } from '../records.js';
import type { TermsOf } from './terms.js';
import { nameOf } from './words.js';

/**
 * Why no further transfer starts under an agreement (deny by default): its consumer violated a duty that nobody excused, or
 * owes an answer whose time is over, or could not keep what the transfer would bring. Undefined: it may start.
 */
export async function breachOf(
  records: Records,
  termsOf: TermsOf,
  agreement: Agreement,
  now: number,
): Promise<Reason | undefined> {
  const { digest } = agreement;
  for (const list of [records.dutyBreaches, records.dutiesDue]) {
    const [first] = (await list.page({ prefix: [digest], limit: 1 })).items;
    const duty = first && (await records.duties.get(digest, first.value.id))?.value;
    if (duty === undefined || (duty.state === 'pending' && (duty.due ?? now) >= now)) continue;
    const { en, zh } = nameOf(duty);
    return duty.state === 'violated'
      ? reason('DUTY_VIOLATED', `A duty was not kept: ${en}.`, `未履行义务：${zh}。`)
      : reason('DUTY_OVERDUE', `No report came of a duty that is overdue: ${en}.`, `义务已逾期且未收到报告：${zh}。`);
  }
  const late = termsOf(agreement)
    .owed(now)
    .find(({ due }) => due !== undefined && due < now);
  if (late === undefined) return undefined;
  const { en, zh } = nameOf({ ...late, delivered: now });
  return reason(
    'DUTY_OVERDUE',
    `What is delivered now could not be kept in time: ${en}.`,
    `现在交付将无法按期履行：${zh}。`,
  );
}
