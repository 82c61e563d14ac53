import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { closeServer, createLogger, ensureDir, listen } from '@causeway/platform';
import { type Case, datasetOf, keyOf, negotiationCases } from './cases.js';
import { ConnectorUnderTest, catalogDatasets, connectorId, hardCoded } from './connector.js';
import { type KitResult, type Outcome, runKit } from './kit.js';
import { makeAgreements } from './seed.js';
import { Webhooks } from './webhooks.js';

export interface RunOptions {
  readonly classpath: string;
  /** Everything of this run goes there; what was there before is lost. */
  readonly folder: string;
  /** The names of the cases to run begin with what this regular expression matches; all of them unless given. */
  readonly pattern?: string;
  /** How long the kit waits for what it expects, in seconds. */
  readonly waitSeconds: number;
  readonly timeoutMs: number;
  /** Called when the connector has what the cases need, and the kit has not begun. */
  readonly prepared?: () => void;
  readonly told?: (outcome: Outcome) => void;
}

/** Starts a connector, lets the kit at it, and ends both. */
export async function runCases(options: RunOptions): Promise<KitResult> {
  const { folder } = options;
  await rm(folder, { recursive: true, force: true });
  await ensureDir(folder);
  const destination = createWriteStream(join(folder, 'connector.log'));
  const log = createLogger({ service: 'connector', destination });
  const kitPort = await freePort();
  await using connector = await ConnectorUnderTest.start(join(folder, 'connector'), log);
  await using webhooks = await Webhooks.listen(connector.management, folder);
  const agreements = await makeAgreements(connector, kitPort);
  options.prepared?.();
  return await runKit({
    ...{ classpath: options.classpath, folder, timeoutMs: options.timeoutMs },
    ...{ pattern: options.pattern ?? '', told: options.told ?? (() => {}) },
    properties: {
      ...general(connector, webhooks, kitPort, options.waitSeconds),
      ...Object.fromEntries(datasetKeys()),
      ...Object.fromEntries([...agreements].flatMap(agreementKeys)),
    },
  });
}

function general(connector: ConnectorUnderTest, webhooks: Webhooks, port: number, wait: number) {
  const dsp = 'dataspacetck.dsp.connector';
  return {
    'dataspacetck.host': '127.0.0.1',
    'dataspacetck.port': String(port),
    'dataspacetck.callback.address': `http://127.0.0.1:${port}`,
    'dataspacetck.ansi': 'false',
    'dataspacetck.dsp.local.connector': 'false',
    'dataspacetck.dsp.default.wait': String(wait),
    [`${dsp}.agent.id`]: connectorId,
    [`${dsp}.http.url`]: `${connector.root}/2025-1`,
    [`${dsp}.http.base.url`]: connector.root,
    [`${dsp}.negotiation.initiate.url`]: `${webhooks.address}/negotiations`,
    [`${dsp}.transfer.initiate.url`]: `${webhooks.address}/transfers`,
  };
}

function datasetKeys(): [string, string][] {
  const negotiated = negotiationCases.flatMap((one): [string, string][] => {
    const name = datasetOf(one);
    const key = keyOf(one);
    if (one.id.startsWith('CN_C')) return [[`${key}_DATASETID`, name]];
    const known =
      name === hardCoded.dataset ? hardCoded : { dataset: `${connectorId}:${name}`, offer: `offer-${name}` };
    return [
      [`${key}_DATASETID`, known.dataset],
      [`${key}_OFFERID`, known.offer],
    ];
  });
  return [
    ...negotiated,
    ['CAT_01_01_DATASETID', `${connectorId}:${catalogDatasets[0]}`],
    ['CAT_01_02_DATASETID', `${connectorId}:${catalogDatasets[1]}`],
    ['CAT_01_03_DATASETID', `${connectorId}:CAT0103`],
  ];
}

function agreementKeys([one, agreement]: [Case, string]): [string, string][] {
  const key = keyOf(one);
  return [
    [`${key}_AGREEMENTID`, agreement],
    [`${key}_FORMAT`, 'GrpcData-PULL'],
  ];
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, '127.0.0.1', 0);
  await closeServer(server);
  return port;
}
