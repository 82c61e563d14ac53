import type { Commit } from '@causeway/platform';
import type { ControlContext } from '../control.js';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import type { TransferChange, TransferControl } from '../ports.js';
import type { Processes } from '../process/processes.js';
import { refusal } from '../reasons.js';
import type { Transfers } from './transfers.js';
import { standingOf } from './usage.js';

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
      context.checked.demand();
      const transfer = (await processes.need(pid)).value;
      if (transfer.state !== 'STARTED' || transfer.intent !== undefined) {
        const to = transfer.intent?.state ?? transfer.state;
        const code = to === 'REQUESTED' ? 'TRANSFER_NOT_STARTED' : 'TRANSFER_STOPPED';
        throw refusal(code, `Expected a started transfer; ${pid} is ${to}.`);
      }
      const standing = await standingOf(context, transfer, context.clock.now());
      if (standing.permit) return { transfer, agreement: standing.agreement };
      const { code, en, zh } = standing.why;
      throw refusal(code, en, zh);
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
