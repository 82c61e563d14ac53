import { type DutyStatement, saltOf, writeStatement } from '@causeway/evidence';
import type { Random } from '@causeway/platform';
import { instant } from '../control.js';
import type { DutyAnswer, DutyRecord } from './record.js';

/** What the consumer did, or found. */
export type Done = Pick<DutyStatement, 'result' | 'deleted'>;

/** The statement about a duty, as its canonical text: its time and salt are chosen here, once. */
export function stated(
  duty: DutyRecord,
  { result, deleted }: Done,
  { at, random }: { readonly at: number; readonly random: Random },
): Pick<DutyAnswer, 'statement' | 'id'> & { readonly said: DutyStatement } {
  const { agreement, action, transfer, due } = duty;
  const done = result === 'deleted' || result === 'informed' || result === 'logged';
  const said: DutyStatement = {
    version: '1',
    type: 'duty',
    ...{ agreement, duty: duty.duty, action, transfer, result },
    outcome: done && (due === undefined || at <= due) ? 'fulfilled' : 'violated',
    ...(deleted === undefined ? {} : { deleted }),
    ...(due === undefined ? {} : { due: instant(due) }),
    time: instant(at),
    salt: saltOf(random.bytes(16)),
  };
  const { bytes, id } = writeStatement(said);
  return { statement: Buffer.from(bytes).toString('utf8'), id, said };
}
