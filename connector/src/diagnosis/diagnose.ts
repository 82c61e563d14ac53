import type { Identity } from '@causeway/certs/peer';
import type { Clock, RunningServer } from '@causeway/platform';
import type { ConnectorConfig } from '../config.js';
import type { RegistrationStatus } from '../discovery/registrar.js';
import type { ClearingLog } from '../logging/evidence-log.js';
import type { Records } from '../records.js';
import { certificateFindings } from './certificate.js';
import { clockFinding } from './clock.js';
import { diskFinding } from './disk.js';
import { type Diagnosis, type Finding, ok, trouble } from './finding.js';
import { firewallRules } from './firewall.js';
import { logFinding } from './log.js';
import { nameFinding } from './names.js';
import { portFindings } from './ports.js';
import { reachabilityFindings } from './reachability.js';
import { serviceFindings } from './services.js';

export interface DiagnoseOptions {
  readonly config: ConnectorConfig;
  readonly folder: string;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Of a connector that runs; what is not running can only be looked at from outside. */
  readonly running?: Running;
}

interface Running {
  readonly servers: readonly RunningServer[];
  readonly evidence: ClearingLog;
  readonly records: Records;
  readonly discovery: { readonly status: RegistrationStatus };
  /** What peers are told, `host:port`. */
  readonly addresses: { readonly dsp: string; readonly exchange: string; readonly data: string };
}

/** Looks at everything a connector needs from its machine, its network and the services of its space. Changes nothing. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { config, folder, identity, clock, running } = options;
  const addresses = running?.addresses ?? told(config);
  const findings = await Promise.all([
    clockFinding(identity, clock).then((one) => [one]),
    diskFinding(folder).then((one) => [one]),
    portFindings(config, running?.servers),
    certificateFindings(identity, config, clock.now()),
    nameFinding(config.publicHost, config.host).then((one) => [one]),
    serviceFindings(identity, clock),
    running ? seenFromOutside(identity, running, clock) : [notRunning],
  ]);
  return {
    id: identity.id,
    running: running !== undefined,
    findings: findings.flat(),
    firewall: firewallRules(identity, addresses),
  };
}

const notRunning = trouble(
  'warning',
  'reachability',
  {
    en: 'The connector is not running: whether others reach it, and how it stands with broker and log, cannot be seen.',
    zh: '连接器未运行：无法检查外部能否连接，也无法检查与代理和存证日志的状态。',
  },
  { en: 'Start it, and ask again.', zh: '请启动后再次检查。' },
);

async function seenFromOutside(identity: Identity, running: Running, clock: Clock): Promise<Finding[]> {
  const { dsp, exchange, data } = running.addresses;
  const [reached, log] = await Promise.all([
    reachabilityFindings(identity, [dsp, exchange, data], clock),
    logFinding(running.evidence, running.records, clock),
  ]);
  return [...reached, log, registration(running.discovery.status)];
}

function registration({ state, entries = 0, trouble: why }: RegistrationStatus): Finding {
  if (state === 'registered') {
    return ok(
      'registration',
      `The broker shows ${entries} datasets of this connector.`,
      `代理展示本连接器的 ${entries} 个数据集。`,
    );
  }
  return trouble(
    'warning',
    'registration',
    {
      en: `The broker shows nothing of this connector yet: ${why ?? 'it is about to be told'}.`,
      zh: `代理尚未展示本连接器：${why ?? '正在登记'}。`,
    },
    {
      en: 'See what is said of the broker; it is tried again by itself.',
      zh: '请查看代理一项的结果；系统会自动重试。',
    },
  );
}

function told(config: ConnectorConfig): Running['addresses'] {
  const { publicHost, dspPublicPort, exchangePublicPort, dataPublicPort } = config;
  const host = publicHost.includes(':') ? `[${publicHost}]` : publicHost;
  return {
    dsp: `${host}:${dspPublicPort || config.dspPort}`,
    exchange: `${host}:${exchangePublicPort || config.exchangePort}`,
    data: `${host}:${dataPublicPort || config.dataPort}`,
  };
}
