import type { Logger, Metrics } from '@causeway/platform';

/** What the broker tells its operator, all of it. */
export interface Events {
  /** A write came in; the outcome is `ok` or the code of its refusal. */
  wrote(kind: 'register' | 'heartbeat' | 'deregister', publisher: string, outcome: string): void;
  /** The operator has decided on a participant. */
  decided(decision: string, participant: string, reason: string | undefined): void;
  /** A search begins; call what comes back when it has its answer. */
  searching(): () => void;
}

export function eventsOf(metrics: Metrics, log: Logger, monotonic: () => number): Events {
  const writes = metrics.counter('causeway_broker_writes_total', 'Writes of publishers.', ['kind', 'outcome']);
  const searches = metrics.histogram('causeway_broker_search_seconds', 'Time to answer a search.');
  return {
    wrote(kind, publisher, outcome) {
      writes.inc({ kind, outcome });
      if (outcome !== 'ok') log.info({ kind, publisher, outcome }, 'a write was refused');
      else if (kind !== 'heartbeat') log.info({ kind, publisher }, 'a publisher changed what it lists');
    },
    decided(decision, participant, reason) {
      log.info({ decision, participant, reason }, 'the operator has decided on a participant');
    },
    searching() {
      const begun = monotonic();
      return () => searches.observe((monotonic() - begun) / 1_000);
    },
  };
}
