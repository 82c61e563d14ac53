import { type ControlContext, newPid } from '../control.js';
import { draft, reasonMembers } from '../dsp/messages.js';
import type { Agreement, Transfer, TransferState } from '../model.js';
import { isFinal } from '../process/moves.js';
import type { Processes } from '../process/processes.js';
import { moved, sending } from '../process/record.js';
import { reason } from '../reasons.js';
import { transferMoves } from './states.js';

/**
 * Ends the transfers under an agreement that a restored store holds as open, and answers how many: how they went on after the
 * back-up is in the log, and not here. No statement is signed with it, because another may have been signed already; no use is
 * given back, because bytes may have left.
 */
export async function endForgotten(
  { records, clock, random }: ControlContext,
  processes: Processes<Transfer>,
  agreement: Agreement['digest'],
): Promise<number> {
  const why = reason(
    'TRANSFER_STOPPED',
    'This connector went on from an older back-up and has lost how this transfer went on: begin another.',
    '本连接器从较早的备份恢复，不再知道此传输后来的情况，请重新开始一次传输。',
  );
  let ended = 0;
  for await (const { value } of records.transfersOf.all([agreement])) {
    const after = await processes.change(value.pid, async ({ value: transfer }) => {
      if (isFinal(transferMoves, transfer.state)) return undefined;
      const message = draft('TransferTerminationMessage', newPid(random), reasonMembers(why));
      return sending(
        moved<TransferState, Transfer>(transfer, 'TERMINATED', clock.now(), why),
        'transfer',
        message,
        'TERMINATED',
      );
    });
    if (after.reason?.en === why.en) ended += 1;
  }
  return ended;
}
