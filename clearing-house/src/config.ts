import { type ConfigOf, defineConfig, option } from '@causeway/platform';

/** Options of the clearing house: `CAUSEWAY_CLEARING_HOUSE_…`. */
export const clearingHouseConfig = defineConfig(
  'CLEARING_HOUSE',
  {
    grpcHost: option.text({
      doc: 'Address on which envelopes are submitted and records are read.',
      default: '127.0.0.1',
    }),
    grpcPort: option.port({ doc: 'Port of submission and reading (gRPC, client certificates).', default: 7461 }),
    httpsHost: option.text({ doc: 'Address on which the published log is served to anyone.', default: '127.0.0.1' }),
    httpsPort: option.port({
      doc: 'Port of the published log: checkpoint and tiles (HTTPS, read-only).',
      default: 7462,
    }),
    operationsHost: option.text({
      doc: 'Address of health and metrics; they ask nobody who they are.',
      default: '127.0.0.1',
    }),
    operationsPort: option.port({ doc: 'Port of health and metrics (plain HTTP).', default: 7463 }),
    waiting: option.integer({
      doc: 'Most envelopes waiting to be logged; more are refused as BUSY.',
      default: 8_192,
      min: 1,
    }),
    waitingBytes: option.size({ doc: 'Most bytes of envelopes waiting to be logged.', default: '32MiB' }),
    waitingPerPeer: option.integer({
      doc: 'Most envelopes of one participant waiting to be logged.',
      default: 4_096,
      min: 1,
    }),
    streamWindow: option.integer({
      doc: 'Most envelopes of one stream not answered yet; beyond it the stream is not read.',
      default: 512,
      min: 1,
      max: 10_000,
    }),
  },
  ({ waiting, waitingPerPeer }) =>
    waitingPerPeer > waiting
      ? ['waitingPerPeer must not be greater than waiting, or one participant could fill the queue.']
      : [],
);

export type ClearingHouseConfig = ConfigOf<(typeof clearingHouseConfig)['shape']>;
