import type { Logger, Metrics } from '@causeway/platform';
import type { Negotiation, Process, Reason } from './model.js';
import type { ProcessKind } from './process/work.js';
import type { Release } from './release/release.js';

/** Everything a connector tells its operator, in one place. */
export interface ConnectorEvents {
  changed(kind: ProcessKind, before: Process<string> | undefined, after: Process<string>): void;
  /** A DSP message was not taken. */
  refused(what: string, caller: string | undefined, reason: Reason, error?: unknown): void;
  published(dataset: string, version: string, bytes: number): void;
  withdrawn(dataset: string): void;
  released(agreement: string, statements: number): void;
  /** A statement goes to an auditor. */
  statementReleased(release: Release): void;
  /** What came of asking people, and who answered. */
  approval(negotiation: Negotiation, operator?: string): void;
  /** What `factsFor` answers about this participant has changed otherwise than by time. */
  factsChanged(peer: string): void;
  /** Called at each change of facts; answers what ends it. */
  onFactsChanged(listener: (peer: string) => void): () => void;
}

export function connectorEvents(log: Logger, metrics: Metrics): ConnectorEvents {
  const moves = metrics.counter('causeway_process_moves_total', 'Moves of negotiations and transfers', [
    'kind',
    'role',
    'state',
  ]);
  const parkings = metrics.counter('causeway_process_parked_total', 'Processes parked for a person', ['kind']);
  const refusals = metrics.counter('causeway_dsp_refusals_total', 'DSP messages refused', ['code']);
  const releases = metrics.counter('causeway_statements_released_total', 'Statements released to auditors', ['type']);
  const factListeners = new Set<(peer: string) => void>();
  return {
    factsChanged(peer) {
      log.info({ peer }, 'facts about a participant changed');
      for (const listener of factListeners) listener(peer);
    },
    onFactsChanged(listener) {
      factListeners.add(listener);
      return () => factListeners.delete(listener);
    },
    changed(kind, before, after) {
      const about = { pid: after.pid, peer: after.peer, role: after.role };
      if (before?.state !== after.state) {
        moves.inc({ kind, role: after.role, state: after.state });
        log.info({ ...about, from: before?.state, reason: after.reason }, `${kind} ${after.state.toLowerCase()}`);
      }
      if (after.intent !== undefined && before?.intent?.state !== after.intent.state) {
        log.info({ ...about, reason: after.intent.reason }, `${kind} to be ${after.intent.state.toLowerCase()}`);
      }
      if (after.parked !== undefined && before?.parked === undefined) {
        parkings.inc({ kind });
        log.warn({ ...about, reason: after.parked }, `${kind} parked: the peer refused a message for good`);
      }
    },
    refused(what, caller, reason, error) {
      refusals.inc({ code: reason.code });
      if (reason.code === 'INTERNAL') log.error({ err: error, what }, 'a DSP message could not be handled');
      log.info({ peer: caller, what, code: reason.code, reason: reason.en }, 'DSP message refused');
    },
    approval({ pid, peer, dataset, approval }, operator) {
      const said = approval?.outcome ?? `approved by ${approval?.given.length} of ${approval?.needed}`;
      log.info({ pid, peer, dataset, operator, given: approval?.given }, `request ${said}`);
    },
    published: (dataset, version, bytes) => log.info({ dataset, version, bytes }, 'dataset published'),
    withdrawn: (dataset) => log.info({ dataset }, 'dataset withdrawn'),
    statementReleased({ auditor, agreement, statement, type, times }) {
      releases.inc({ type });
      log.info({ auditor, agreement, statement, type, times }, 'statement released to an auditor');
    },
    released: (agreement, statements) => log.info({ agreement, statements }, 'audit bundle exported'),
  };
}
