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

    async authorize(pid) {
      const transfer = (await processes.need(pid)).value;
      if (transfer.state !== 'STARTED' || transfer.intent !== undefined) {
        const to = transfer.intent?.state ?? transfer.state;
        const code = to === 'REQUESTED' ? 'TRANSFER_NOT_STARTED' : 'TRANSFER_STOPPED';
        throw refusal(code, `Expected a started transfer; ${pid} is ${to}.`);
      }
      const agreement = (await context.records.agreements.get(transfer.agreement))?.value;
      if (agreement?.finalized === undefined) {
        throw refusal('AGREEMENT_INVALID', `Agreement ${transfer.agreement} is not in force.`);
      }
      const { decision } = await judgeTransfer(
        context.records,
        agreement,
        transfer,
        context.clock.now(),
        transfer.uses ?? [],
      );
      // INVARIANT: nothing is opened on a use that was not reserved when the transfer started.
      const [unreserved] = decision.reserve;
      if (unreserved !== undefined) {
        const words = `Transfer ${pid} reserved no use under ${unreserved.rule}: ask for another transfer.`;
        throw refusal('POLICY_DENIED', words, '此传输开始时未预留使用次数，请另行请求传输。');
      }
      if (decision.permit) return { transfer, agreement };
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
