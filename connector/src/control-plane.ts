import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Metrics, Random, Store } from '@causeway/platform';
import { CatalogService } from './catalog/catalog.js';
import type { ControlContext, Decider } from './control.js';
import type { ConnectorEvents } from './events.js';
import type { Agreement, Negotiation, NegotiationState, Transfer, TransferState } from './model.js';
import { approvalIndex } from './negotiation/approval.js';
import { Approvals } from './negotiation/approvals.js';
import { applyDecision, judgeTerms, policyDecider } from './negotiation/decide.js';
import { learnState } from './negotiation/learn.js';
import { Negotiations } from './negotiation/negotiations.js';
import { negotiationMoves } from './negotiation/states.js';
import type { DataPlane, DspTransport, EvidenceLog, FactsFor, StoreChecked, TransferControl } from './ports.js';
import { isFinal } from './process/moves.js';
import { Processes } from './process/processes.js';
import { DspQueue, type Worker } from './process/queue.js';
import type { Decision } from './process/work.js';
import { processWorker } from './process/worker.js';
import { reason } from './reasons.js';
import type { Records } from './records.js';
import { transferStatements } from './release/statement-index.js';
import { transferControl } from './transfer/control.js';
import { endForgotten } from './transfer/forgotten.js';
import { ended } from './transfer/receive.js';
import { transferMoves } from './transfer/states.js';
import { Transfers } from './transfer/transfers.js';
import { usageLook } from './transfer/usage.js';
import { UsageWatch } from './transfer/usage-watch.js';

export interface ControlPlaneOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly events: ConnectorEvents;
  readonly evidence: EvidenceLog;
  readonly transport: DspTransport;
  readonly dataPlane: () => DataPlane;
  readonly dspBase: () => string;
  readonly unsigned: 'refuse' | 'mark';
  /** How long a negotiation waits for people who have to approve it. Default a week. */
  readonly approvalMs?: number;
  /** How long a transfer without receipts can be gone on with after its last byte. Default a minute. */
  readonly lingerMs?: number;
  /** What is attested of a participant; nothing unless given. */
  readonly factsFor?: FactsFor;
  /** Most negotiations, and most transfers, that one peer has opened and nobody has ended. Default 1,000. */
  readonly processesPerPeer?: number;
  /** By policy unless told. */
  readonly decider?: Decider;
  /** Passed unless given. */
  readonly checked?: StoreChecked;
  readonly backoff?: { readonly firstMs: number; readonly mostMs: number };
}

/** Catalog, negotiations and transfers of one connector, over one store and one outbox. */
export interface ControlPlane {
  readonly queue: DspQueue;
  readonly catalog: CatalogService;
  readonly negotiations: Negotiations;
  readonly approvals: Approvals;
  readonly transfers: Transfers;
  readonly control: TransferControl;
  /** Decides running transfers again whenever a fact changes. */
  readonly usage: UsageWatch;
  /** How often any process has changed since the start. */
  changes(): number;
  /** Takes up what a restart interrupted: streams to pull, questions to ask. */
  resume(): Promise<void>;
  /** Ends the open transfers under an agreement of which this store, restored from a back-up, has lost what was signed. */
  endForgotten(agreement: Agreement['digest']): Promise<number>;
  /** Asks the provider of each negotiation we have verified where it stands. */
  askOpen(): Promise<void>;
}

const week = 7 * 24 * 3_600_000;
const minute = 60_000;
const hold: Decision = { move: 'hold' };
const passed: StoreChecked = { passed: true, demand: () => undefined };

export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  const { store, records, clock, events, dataPlane, transport, identity } = options;
  const queue = new DspQueue(options);
  const decider: Decider = options.decider ?? {
    negotiation: policyDecider(records, identity.id, clock),
    transfer: { 'provider:REQUESTED': async () => ({ move: 'proceed' }) },
  };
  const streaming = (pid: string): boolean => dataPlane().progress(pid) !== undefined;
  const usage: UsageWatch = new UsageWatch({
    ...{ clock, log: options.log },
    look: (pid) => usageLook(context, transferProcesses)(pid),
    streaming,
  });
  const checked = options.checked ?? passed;
  const context: ControlContext = {
    ...{ ...options, queue, decider, usage, streaming, checked },
    approvalMs: options.approvalMs ?? week,
    lingerMs: options.lingerMs ?? minute,
  };
  events.onFactsChanged((peer) => usage.peerChanged(peer));
  const shared = { store, clock, records, queue, perPeer: options.processesPerPeer ?? 1_000 };
  let changes = 0;

  const negotiationProcesses = new Processes<Negotiation>({
    ...shared,
    kind: 'negotiation',
    collection: records.negotiations,
    isFinal: (record) => isFinal(negotiationMoves, record.state),
    indexes: approvalIndex(records),
    isDecided: ({ role, state }) => decider.negotiation[`${role}:${state}`] !== undefined,
    changed(before, after) {
      changes++;
      events.changed('negotiation', before, after);
    },
  });
  const transferProcesses = new Processes<Transfer>({
    ...shared,
    kind: 'transfer',
    collection: records.transfers,
    indexes: (before, after) => transferStatements(records, before, after),
    isFinal: (record) => isFinal(transferMoves, record.state),
    isDecided: ({ role, state }) => decider.transfer[`${role}:${state}`] !== undefined,
    changed(before, after) {
      changes++;
      events.changed('transfer', before, after);
      follow(dataPlane(), before, after);
      usage.follow(after);
    },
  });

  const { factsFor } = options;
  const catalog = new CatalogService({
    ...{ store, records, self: identity.id, dspBase: options.dspBase, clock },
    ...(factsFor === undefined ? {} : { factsFor }),
  });
  const negotiations = new Negotiations(context, negotiationProcesses, (dataset, caller) =>
    catalog.visible(dataset, caller),
  );
  const judge = judgeTerms(records, identity.id, clock);
  const approvals = new Approvals({ context, processes: negotiationProcesses, judge, events, log: options.log });
  const transfers = new Transfers(context, transferProcesses, dataPlane);

  queue.serve(
    'negotiation',
    processWorker<NegotiationState, Negotiation>({
      kind: 'negotiation',
      moves: negotiationMoves,
      processes: negotiationProcesses,
      transport,
      clock,
      complete: async (_record, message) => message,
      decide: async (record) => (await decider.negotiation[`${record.role}:${record.state}`]?.(record)) ?? hold,
      apply: (stored, decision) => applyDecision(context, stored, decision),
      ended: async (record) => ({ record }),
      learned: (stored, state) => learnState(context, stored, state),
    }),
  );
  queue.serve(
    'transfer',
    onceChecked(
      checked,
      processWorker<TransferState, Transfer>({
        kind: 'transfer',
        moves: transferMoves,
        processes: transferProcesses,
        transport,
        clock,
        complete: async (record, message) => {
          if (record.role !== 'provider' || message['@type'] !== 'TransferStartMessage') return message;
          return { ...message, dataAddress: await dataPlane().address(record) };
        },
        decide: async (record) => (await decider.transfer[`${record.role}:${record.state}`]?.(record)) ?? hold,
        apply: (stored, decision) => transfers.apply(stored, decision),
        ended: (record) => ended(context, record, identity.id),
        learned: async () => undefined,
      }),
    ),
  );

  async function askOpen(): Promise<void> {
    for await (const { value } of records.open.all(['negotiation'])) {
      const record = (await negotiationProcesses.get(value.pid))?.value;
      if (record?.role !== 'consumer' || record.state !== 'VERIFIED' || record.unacknowledged > 0) continue;
      const question = queue.writeAside(
        { kind: 'ask', process: 'negotiation', pid: record.pid },
        record.peer,
        clock.now(),
      );
      // One that is still waiting is enough.
      const conditions = 'put' in question ? [{ key: question.put, version: null }] : [];
      await store.commit({ conditions, writes: [question] });
    }
  }

  return {
    queue,
    catalog,
    negotiations,
    approvals,
    transfers,
    control: transferControl(context, transferProcesses, transfers),
    usage,
    askOpen,
    endForgotten: (agreement) => endForgotten(context, transferProcesses, agreement),
    changes: () => changes,
    async resume() {
      for await (const { value } of records.open.all(['transfer'])) {
        const record = (await transferProcesses.get(value.pid))?.value;
        if (record !== undefined) usage.follow(record);
        if (record?.role === 'consumer' && record.state === 'STARTED' && record.intent === undefined) {
          dataPlane().pull(record);
        }
      }
      // A crash may have come between the end of a transfer and the removal of what had been received of it.
      for await (const { value } of records.partials.all()) {
        const record = (await transferProcesses.get(value.pid))?.value;
        if (record !== undefined) follow(dataPlane(), undefined, record);
      }
      await askOpen();
    },
  };
}

/** Nothing is sent or decided about transfers by a store that may be older than what was said in its name. */
function onceChecked(checked: StoreChecked, worker: Worker): Worker {
  return {
    ...worker,
    perform: async (work, created, signal) =>
      checked.passed
        ? worker.perform(work, created, signal)
        : { retry: 'this store was not compared with its record in the log yet' },
  };
}

const binding: readonly string[] = ['TERMINATED', 'COMPLETED', 'SUSPENDED'];

/** What a saved change means for the streams of a transfer: they end with the move that binds us, not with its answer. */
function follow(dataPlane: DataPlane, before: Transfer | undefined, after: Transfer): void {
  const bound = (record: Transfer | undefined): boolean =>
    record !== undefined && binding.includes(record.intent?.state ?? record.state);
  if (bound(after) && !bound(before)) {
    const state = after.intent?.state ?? after.state;
    const why = after.intent?.reason ?? after.reason;
    dataPlane.stop(after.pid, why ?? reason('TRANSFER_STOPPED', `The transfer is ${state}.`), state);
  }
  const resumed = before?.intent?.state === 'STARTED' && after.state === 'STARTED' && after.intent === undefined;
  if (resumed && after.role === 'consumer') dataPlane.pull(after);
}
