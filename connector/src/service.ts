import { isIP } from 'node:net';
import { join } from 'node:path';
import { AttributeTokens, type Identity, servePeerGrpc, servePeerHttps } from '@causeway/certs/peer';
import {
  apiKey,
  type Clock,
  createMetrics,
  ensureDir,
  Lifecycle,
  type Logger,
  openLevelStore,
  type Random,
  type RunningServer,
  type Service,
  serveManagement,
  startOperations,
} from '@causeway/platform';
import { PeerCatalog } from './catalog/peer-catalog.js';
import { Publisher } from './catalog/publish.js';
import { rebuildIndex } from './catalog/rebuild.js';
import type { ConnectorConfig } from './config.js';
import type { Decider } from './control.js';
import { controlPlane } from './control-plane.js';
import { BrokerDiscovery } from './discovery/discovery.js';
import { httpsBinding } from './dsp/binding.js';
import { enrolment } from './dsp/enrolled.js';
import { boundIdentity } from './dsp/identity.js';
import { dspApp } from './dsp/router.js';
import { peerTransport } from './dsp/transport.js';
import { dspBase } from './dsp/vocabulary.js';
import { openDuties } from './duties/duties.js';
import { connectorEvents } from './events.js';
import { openDataPlane } from './exchange/data-plane.js';
import { dataOpenRoutes, dataRoutes } from './exchange/http-provider.js';
import { openAttested } from './facts/attested.js';
import { openEvidenceLog } from './logging/evidence-log.js';
import { approvalOperations } from './management/approvals.js';
import { backupOperation } from './management/backup.js';
import { contractOperations } from './management/contracts.js';
import { datasetOperations } from './management/datasets.js';
import { diagnosisOperation } from './management/diagnosis.js';
import { dutyOperations } from './management/duties.js';
import { keyHolder, operatorOperations } from './management/operators.js';
import { releaseOperations } from './management/releases.js';
import { connectorApi } from './management/router.js';
import { statusOperation } from './management/status.js';
import { transferOperations } from './management/transfers.js';
import { usageOperation } from './management/usage.js';
import { listAgreements } from './negotiation/agreements-of.js';
import type { DspIdentity } from './ports.js';
import { openRecords } from './records.js';
import { releaseService } from './release/release.js';
import { indexStatements } from './release/statement-index.js';
import { StoreCheck } from './restoring/store-check.js';

export interface StartConnectorOptions {
  readonly config: ConnectorConfig;
  /** Its store and its API key. */
  readonly folder: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How DSP peers prove who they are, and over what; certificates and bound attribute tokens over HTTPS unless told. */
  readonly dspIdentity?: DspIdentity;
  /** Who decides; the policies unless told. */
  readonly decider?: Decider;
}

/**
 * Starts a participant's connector: DSP over HTTPS, the exchange over gRPC, the management API on loopback, health and
 * metrics. It goes on with whatever the last run left unfinished.
 *
 * @throws StoreError STORE_LOCKED, PlatformError PORT_IN_USE
 */
export async function startConnector(options: StartConnectorOptions): Promise<Service> {
  const lifecycle = new Lifecycle({ clock: options.clock });
  try {
    return await start(options, lifecycle);
  } catch (error) {
    return await lifecycle.undo(error);
  }
}

async function start(options: StartConnectorOptions, lifecycle: Lifecycle): Promise<Service> {
  const { config, folder, identity, clock, random, log } = options;
  await ensureDir(folder);
  const store = await openLevelStore({ path: join(folder, 'store') });
  lifecycle.defer('store', () => store.close());
  const metrics = createMetrics('connector', { process: true });
  const events = connectorEvents(log, metrics);
  const records = openRecords(store);
  await listAgreements(store, records);
  await indexStatements(store, records);
  await rebuildIndex(store, records, log);
  const shared = { identity, store, records, clock, random, log, metrics };

  const evidence = openEvidenceLog({ ...shared, monitorMs: config.logMonitor });
  lifecycle.defer('evidence', () => evidence.close());
  const duties = openDuties({ ...shared, evidence });
  const dspIdentity =
    options.dspIdentity ?? boundIdentity({ identity, clock, tokens: new AttributeTokens({ identity, clock }) });
  const binding = dspIdentity.binding ?? httpsBinding({ identity, clock, log });
  if (binding.scheme !== 'https') log.warn('DSP is served without TLS: anybody on the way reads and changes it');
  const transport = peerTransport(dspIdentity, binding);
  const attested = openAttested({ ...shared, attested: records.attested, events });

  const check = new StoreCheck({ ...shared, endForgotten: (agreement) => plane.endForgotten(agreement) });
  lifecycle.defer('store check', () => check.close());

  // The planes name each other's addresses, which are known once the servers listen.
  let dspPort = config.dspPublicPort;
  let exchangePort = config.exchangePublicPort;
  let dataPort = config.dataPublicPort;
  const dspUrl = (): string => `${binding.scheme}://${hostOf(config)}:${dspPort}${dspBase}`;
  const plane = controlPlane({
    ...{ ...shared, events, evidence, transport, dspBase: dspUrl, unsigned: config.unsignedPeers },
    dataPlane: () => dataPlane,
    factsFor: attested.factsFor,
    checked: check,
    approvalMs: config.approvalWait,
    lingerMs: config.dataLinger,
    processesPerPeer: config.processesPerPeer,
    ...(options.decider === undefined ? {} : { decider: options.decider }),
  });
  const dataPlane = openDataPlane({
    ...{ ...shared, evidence, duties, control: plane.control, endpoint: () => `${hostOf(config)}:${exchangePort}` },
    dataRoot: () => `https://${hostOf(config)}:${dataPort}`,
    attest: attested.admit,
    ...(dspIdentity.tokens === undefined ? {} : { tokens: dspIdentity.tokens }),
    ...(dspIdentity.openData === undefined ? {} : { openData: dspIdentity.openData }),
    tokenMs: config.tokenValidity,
    evidenceWaitMs: config.evidenceWait,
    streams: config,
  });
  const discovery = new BrokerDiscovery({
    ...{
      ...shared,
      dsp: dspUrl,
      exchange: () => `${hostOf(config)}:${exchangePort}`,
      heartbeatMs: config.heartbeat,
      headLifeMs: config.headLife,
    },
    ...(config.name === undefined ? {} : { name: config.name }),
  });
  const publisher = new Publisher({
    ...{ ...shared, events, self: identity.id, changed: () => discovery.changed() },
    enrolled: enrolment(dspIdentity.tokens),
  });

  const serving = { identity, clock, host: config.host, log };
  const app = dspApp({ ...plane, identity: dspIdentity, events, learn: attested.learn });
  const dsp = await binding.serve({ app, host: config.host, port: config.dspPort });
  lifecycle.defer('dsp', () => dsp.close());
  dspPort ||= dsp.port;
  const releases = releaseService({ ...shared, events, perMinute: config.releasesPerMinute });
  const exchange = await servePeerGrpc({
    ...{ ...serving, port: config.exchangePort, name: 'exchange', services: [dataPlane.service, releases] },
  });
  lifecycle.defer('exchange', () => exchange.close());
  exchangePort ||= exchange.port;
  const data = await servePeerHttps({
    ...{ ...serving, port: config.dataPort, name: 'data', app: dataPlane.data, open: dataOpenRoutes },
  });
  lifecycle.defer('data', () => data.close());
  dataPort ||= data.port;

  const told = () => ({
    dsp: `${hostOf(config)}:${dspPort}`,
    exchange: `${hostOf(config)}:${exchangePort}`,
    data: `${hostOf(config)}:${dataPort}`,
  });
  const servers: RunningServer[] = [dsp, exchange, { ...data, routes: dataRoutes }];
  const peers = new PeerCatalog(transport);
  const management = { ...shared, ...plane, evidence, events, dataPlane, discovery, publisher, peers };
  const operations = [
    ...datasetOperations(management),
    ...contractOperations(management),
    ...approvalOperations(management),
    ...operatorOperations(management),
    ...transferOperations(management),
    ...releaseOperations(management),
    ...dutyOperations({ ...management, duties }),
    usageOperation(management),
    backupOperation({ copyStore: (to) => store.copyTo(to), log }),
    statusOperation({ ...management, duties, servers, check }),
    diagnosisOperation(() => ({
      config,
      folder,
      identity,
      clock,
      running: { ...management, servers, addresses: told() },
    })),
  ];
  const key = await apiKey(join(folder, 'api.key'), random);
  const api = await serveManagement({
    app: connectorApi(operations, keyHolder(key, records), log),
    ...{ host: config.managementHost, port: config.managementPort, requestMs: 90_000 },
  });
  lifecycle.defer('management', () => api.close());
  servers.push(api);
  const health = await startOperations({
    ...{ host: config.operationsHost, port: config.operationsPort, metrics },
    ready: async () => {
      const distrusted = await evidence.distrusted();
      const checks = { log: distrusted?.code ?? 'believed', store: check.passed ? 'checked' : 'waiting' };
      return { ready: distrusted === undefined && check.passed, checks };
    },
  });
  lifecycle.defer('operations', () => health.close());
  servers.push(health);

  // From here on work is done: what stops it comes before the servers and the store in closing.
  lifecycle.defer('outbox', () => plane.queue.stop());
  lifecycle.defer('usage', () => plane.usage.close());
  lifecycle.defer('discovery', () => discovery.close());
  lifecycle.defer('data plane', () => dataPlane.close());
  lifecycle.defer('duties', () => duties.close());
  await evidence.start();
  await plane.queue.start();
  plane.approvals.start();
  lifecycle.defer('approvals', () => plane.approvals.close());
  discovery.start();
  await check.start(async () => {
    await duties.start();
    await plane.resume();
    plane.queue.nudge();
  });
  lifecycle.defer(
    'questions',
    askAgain(options, () => plane.askOpen()),
  );
  log.info({ id: identity.id, dsp: dspUrl() }, 'the connector serves');

  const changes = (): number => plane.changes() + duties.changes();
  const close = (): Promise<void> => lifecycle.close();
  return {
    name: 'connector',
    servers,
    async idle() {
      // Each may give the others work: they are idle when a whole round changed no process.
      let before: number;
      do {
        before = changes();
        await plane.usage.idle();
        await plane.queue.idle();
        await plane.approvals.idle();
        await dataPlane.idle();
        await evidence.idle();
        if (check.passed) await duties.idle();
      } while (changes() !== before);
      await discovery.idle();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Asks open questions now and then: a provider's message may have been lost with a store it was restored from. */
function askAgain({ clock, config, log }: StartConnectorOptions, ask: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const asking = (async () => {
    while (!signal.aborted) {
      await clock.sleep(config.askAgain, signal).catch(() => undefined);
      if (!signal.aborted)
        await ask().catch((error: unknown) => log.error({ err: error }, 'open questions were not asked'));
    }
  })();
  return async () => {
    stopping.abort();
    await asking;
  };
}

function hostOf({ publicHost }: ConnectorConfig): string {
  return isIP(publicHost) === 6 ? `[${publicHost}]` : publicHost;
}
