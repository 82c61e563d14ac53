import { type ConfigOf, defineConfig, option } from '@causeway/platform';

/** The options of a connector, `CAUSEWAY_CONNECTOR_…`. */
export const connectorConfig = defineConfig('CONNECTOR', {
  name: option.line({
    doc: 'What people call this firm; it stands in what the broker lists. Its id is what is proven.',
  }),
  host: option.text({ doc: 'Address on which DSP and the exchange of data are served.', default: '127.0.0.1' }),
  dspPort: option.port({ doc: 'Port of the Dataspace Protocol (HTTPS).', default: 7410 }),
  exchangePort: option.port({ doc: 'Port of the exchange of data (gRPC).', default: 7411 }),
  dataPort: option.port({ doc: 'Port of data over HTTPS (HttpData-PULL).', default: 7414 }),
  publicHost: option.text({
    doc: 'Host name or address under which peers reach this connector; it stands in its certificate.',
    default: '127.0.0.1',
  }),
  dspPublicPort: option.port({ doc: 'Port under which peers reach DSP; 0 for the one served.', default: 0 }),
  exchangePublicPort: option.port({
    doc: 'Port under which peers reach the exchange of data; 0 for the one served.',
    default: 0,
  }),
  dataPublicPort: option.port({
    doc: 'Port under which peers reach data over HTTPS; 0 for the one served.',
    default: 0,
  }),
  managementHost: option.text({
    doc: 'Address of the management API (plain HTTP: keep it on loopback).',
    default: '127.0.0.1',
  }),
  managementPort: option.port({ doc: 'Port of the management API.', default: 7412 }),
  operationsHost: option.text({ doc: 'Address of health and metrics.', default: '127.0.0.1' }),
  operationsPort: option.port({ doc: 'Port of health and metrics.', default: 7413 }),
  unsignedPeers: option.choice({
    doc: 'Whether an agreement counts when the peer signs nothing: it is refused, or marked one-sided everywhere.',
    values: ['refuse', 'mark'],
    default: 'refuse',
  }),
  evidenceWait: option.duration({
    doc: 'How long the opening of a stream waits for the log before the consumer is told to try again.',
    default: '20s',
  }),
  streams: option.integer({ doc: 'Most streams that consumers have open at once.', default: 64, min: 1, max: 4_096 }),
  streamsPerPeer: option.integer({
    doc: 'Most streams that one consumer has open at once; it tries again when it asks for more.',
    default: 16,
    min: 1,
    max: 4_096,
  }),
  processesPerPeer: option.integer({
    doc: 'Most negotiations, and most transfers, that one peer has opened and nobody has ended.',
    default: 1_000,
    min: 1,
    max: 100_000,
  }),
  releasesPerMinute: option.integer({
    doc: 'Most statements that one auditor may ask for in a minute; a tenth of them at once.',
    default: 1_200,
    min: 1,
    max: 1_000_000,
  }),
  approvalWait: option.duration({
    doc: 'How long a request waits for the people who have to approve it, before it ends with that reason.',
    default: '7d',
  }),
  dataLinger: option.duration({
    doc: 'How long data over HTTPS can be fetched again after its last byte has left, by a peer that signs nothing; then the transfer is completed.',
    default: '60s',
  }),
  tokenValidity: option.duration({ doc: 'How long a transfer token is valid.', default: '10m' }),
  logMonitor: option.duration({ doc: 'Time between two looks at the published log.', default: '60s' }),
  heartbeat: option.duration({ doc: 'Time between two heartbeats to the broker.', default: '30s' }),
  headLife: option.duration({ doc: 'How long the broker may show what we list without a heartbeat.', default: '5m' }),
  askAgain: option.duration({
    doc: 'How often a provider that owes us the end of a negotiation is asked where it stands.',
    default: '60s',
  }),
});

export type ConnectorConfig = ConfigOf<(typeof connectorConfig)['shape']>;
