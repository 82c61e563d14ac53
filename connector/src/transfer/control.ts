import type { Commit } from '@causeway/platform';
import type { ControlContext } from '../control.js';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import type { TransferChange, TransferControl } from '../ports.js';
import type { Processes } from '../process/processes.js';
import { refusal } from '../reasons.js';
import { denial, judgeTransfer } from './decision.js';
import type { Transfers } from './transfers.js';

/** What the data plane sees of the control plane. */
export function transferControl(
  context: ControlContext,
  processes: Processes<Transfer>,
  transfers: Transfers,
): TransferControl {
  return {
    async forConsumer(transfer, consumer) {
      const found = (await processes.get(transfer))?.value;
      return found?.role === 'provider' && found.peer === consumer ? found : undefined;
    },

    async authorize(transfer) {
      const current = (await processes.need(transfer.pid)).value;
      if (current.state !== 'STARTED' || current.intent !== undefined) {
        const to = current.intent?.state ?? current.state;
        const code = to === 'REQUESTED' ? 'TRANSFER_NOT_STARTED' : 'TRANSFER_STOPPED';
        throw refusal(code, `Expected a started transfer; ${transfer.pid} is ${to}.`);
      }
      const agreement = (await context.records.agreements.get(current.agreement))?.value;
      if (agreement?.finalized === undefined) {
        throw refusal('AGREEMENT_INVALID', `Agreement ${current.agreement} is not in force.`);
      }
      const { decision } = await judgeTransfer(
        context.records,
        agreement,
        current,
        context.clock.now(),
        current.uses ?? [],
      );
      // INVARIANT: nothing is opened on a use that was not reserved when the transfer started.
      const [unreserved] = decision.reserve;
      if (unreserved !== undefined) {
        const words = `Transfer ${transfer.pid} reserved no use under ${unreserved.rule}: ask for another transfer.`;
        throw refusal('POLICY_DENIED', words, '此传输开始时未预留使用次数，请另行请求传输。');
      }
      if (decision.permit) return;
      const why = denial(decision);
      throw refusal('POLICY_DENIED', why.en, why.zh);
    },

    update(pid, change) {
      return processes.change(pid, async ({ value }) => {
        const { agreements } = context.records;
        const agreement = await agreements.get(value.agreement);
        if (agreement === undefined) {
          throw new ConnectorError('AGREEMENT_INVALID', `Transfer ${pid} has no agreement ${value.agreement}.`);
        }
        const changed: TransferChange | undefined = await change(value, agreement.value);
        if (changed === undefined) return undefined;
        if (changed.agreement === undefined) {
          return { record: changed.transfer, ...(changed.also === undefined ? {} : { also: changed.also }) };
        }
        const also: Commit = {
          conditions: [agreements.unchanged(agreement), ...(changed.also?.conditions ?? [])],
          writes: [agreements.put([agreement.value.digest], changed.agreement), ...(changed.also?.writes ?? [])],
        };
        return { record: changed.transfer, also };
      });
    },

    async complete(pid) {
      await transfers.complete(pid);
    },

    async terminate(pid, reason) {
      await transfers.terminate(pid, reason);
    },
  };
}
