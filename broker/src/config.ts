import { type ConfigOf, defineConfig, option } from '@causeway/platform';

/** The options of the broker, `CAUSEWAY_BROKER_…`. */
export const brokerConfig = defineConfig(
  'BROKER',
  {
    host: option.text({ doc: 'Address on which the broker is served.', default: '127.0.0.1' }),
    grpcPort: option.port({ doc: 'Port of registration and search (gRPC).', default: 7410 }),
    httpsPort: option.port({ doc: 'Port of search (HTTPS).', default: 7411 }),
    operationsHost: option.text({ doc: 'Address of health and metrics.', default: '127.0.0.1' }),
    operationsPort: option.port({ doc: 'Port of health and metrics.', default: 7412 }),
    managementHost: option.text({
      doc: 'Address of the management API (plain HTTP: keep it on loopback).',
      default: '127.0.0.1',
    }),
    managementPort: option.port({ doc: 'Port of the management API.', default: 7413 }),
    admission: option.choice({
      doc: 'Whether whoever the authority has certified may register at once, or waits for the operator of the broker.',
      values: ['open', 'approval'],
      default: 'open',
    }),
    lateAfter: option.duration({ doc: 'Silence after which a publisher is shown as late.', default: '90s' }),
    goneAfter: option.duration({
      doc: 'Silence after which a publisher is gone and its datasets are hidden from search.',
      default: '10m',
    }),
    registrationDeadline: option.duration({ doc: 'Longest time a registration may take.', default: '2m' }),
    registrations: option.integer({ doc: 'Most registrations at once.', default: 8, min: 1, max: 100 }),
    maxEntries: option.integer({ doc: 'Most datasets of one publisher.', default: 10_000, min: 1, max: 10_000 }),
    maxRegistrationSize: option.size({ doc: "Most bytes of one publisher's entries.", default: '32MiB' }),
  },
  ({ lateAfter, goneAfter }) => (goneAfter > lateAfter ? [] : ['goneAfter must be longer than lateAfter']),
);

export type BrokerConfig = ConfigOf<(typeof brokerConfig)['shape']>;
