import type { Logger, Metrics } from '@causeway/platform';
import type { Refusal } from './errors.js';

/**
 * What the log tells its operator, all of it. INVARIANT: counts, codes, times and indexes only; nothing of an envelope,
 * a key statement, a record or a name in one.
 */
export interface Events {
  submitted(): void;
  refused(refusal: Refusal): void;
  /** A batch went from the queue into the published log. */
  integrated(batch: {
    readonly submissions: number;
    readonly leaves: number;
    readonly size: bigint;
    readonly ms: number;
  }): void;
  /** The log came up again with what had been sequenced and not integrated. */
  caughtUp(from: bigint, to: bigint): void;
  failed(error: unknown): void;
  /** The trust bundle names another log key than ours. */
  unannounced(): void;
}

export function eventsOf(metrics: Metrics, log: Logger, waiting: () => number): Events {
  const name = (end: string) => `causeway_clearing_house_${end}`;
  const submissions = metrics.counter(name('submissions_total'), 'Envelopes that came in.');
  const refusals = metrics.counter(name('refusals_total'), 'Envelopes refused.', ['code']);
  const leaves = metrics.counter(name('leaves_total'), 'Leaves integrated since the start.');
  const failures = metrics.counter(name('failures_total'), 'Batches that failed.');
  const size = metrics.gauge(name('tree_size'), 'Leaves in the published log.');
  const batch = metrics.histogram(name('batch_seconds'), 'From taking a batch from the queue to its checkpoint.');
  const batchSize = metrics.histogram(
    name('batch_submissions'),
    'Envelopes in a batch.',
    [],
    [1, 4, 16, 64, 256, 1024],
  );
  metrics.gauge(name('queue_depth'), 'Envelopes not answered yet.', [], (gauge) => gauge.set(waiting()));
  return {
    submitted: () => submissions.inc(),
    refused: ({ code }) => refusals.inc({ code }),
    integrated(done) {
      batch.observe(done.ms / 1_000);
      batchSize.observe(done.submissions);
      leaves.inc(done.leaves);
      size.set(Number(done.size));
    },
    caughtUp(from, to) {
      size.set(Number(to));
      log.info({ from: String(from), to: String(to) }, 'the log holds all that was sequenced');
    },
    failed(error) {
      failures.inc();
      log.error({ err: error }, 'the log failed; envelopes are refused until it has recovered');
    },
    unannounced: () => log.warn('the trust bundle names another log key: participants will refuse every receipt'),
  };
}
