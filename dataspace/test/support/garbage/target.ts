import { readFileSync } from 'node:fs';
import type { Identity } from '@causeway/certs/peer';
import { Broker, ClearingHouse, Exchange } from '@causeway/proto';
import { expect } from 'vitest';
import type { Endpoint, ProbedSpace } from '../probed-space.js';
import { askHttp, callRpc, type Outcome, shown } from '../probes.js';

/** A space under attack, and a member of it: strangers do not get as far. */
export interface Target {
  readonly probed: ProbedSpace;
  readonly member: Identity;
  /** Another, in the role that some methods are for. */
  readonly auditor: Identity;
}

/** The path of a good request to each port, by role and name. */
const good: Readonly<Record<string, string>> = {
  'authority enrolment': '/v1/trust',
  'authority management': '/admin/v1/services',
  'broker broker-reads': '/v1/search?q=x',
  'broker management': '/management/v1/participants',
  'clearing-house log': '/checkpoint',
  'connector dsp': '/dsp/.well-known/dspace-version',
  'connector management': '/management/v1/status',
};

async function ask(target: Target, { role, name, protocol, port, home }: Endpoint): Promise<Outcome> {
  const credentials = shown(target.member);
  if (protocol === 'grpc') {
    // A method without consequences, by its empty request.
    const { path } = { broker: Broker.search, 'clearing-house': ClearingHouse.list, exchange: Exchange.renew }[
      name
    ] ?? {
      path: '',
    };
    return callRpc({ port, path, credentials, messages: [new Uint8Array()] });
  }
  const path = name === 'operations' ? '/health/ready' : (good[`${role} ${name}`] ?? '/');
  const headers: Record<string, string> =
    name === 'management' ? { authorization: `Bearer ${await target.probed.apiKey(home)}` } : {};
  return askHttp({ ...{ port, path, method: 'GET', headers }, ...(protocol === 'https' ? { credentials } : {}) });
}

/** Every port of every service answers a good request, and health says that it is ready. */
export async function expectAlive(target: Target): Promise<void> {
  const answers = await Promise.all(
    target.probed.endpoints.map(async (endpoint) => {
      const outcome = await ask(target, endpoint);
      const name = `${endpoint.role} ${endpoint.name}`;
      if (outcome.kind === 'closed') return `${name} ${outcome.why}`;
      return `${name} ${outcome.kind} ${outcome.status}`;
    }),
  );
  const expected = target.probed.endpoints.map(({ role, name, protocol }) => {
    // The member has no transfer, which the exchange and the port of data say.
    if (protocol === 'grpc') return `${role} ${name} rpc ${name === 'exchange' ? 5 : 0}`;
    return `${role} ${name} http ${name === 'data' ? 404 : 200}`;
  });
  expect(answers).toEqual(expected);
}

/** Resident memory of each service in MiB, where /proc tells it: now and at its most. */
export function memory({ probed }: Target, field: 'VmRSS' | 'VmHWM'): ReadonlyMap<string, number> {
  const services = new Map(probed.endpoints.map(({ role, pid }) => [role, pid]));
  return new Map(
    [...services].map(([role, pid]) => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return [role, Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024];
    }),
  );
}

export const ported = (target: Target, ...protocols: Endpoint['protocol'][]): Endpoint[] =>
  target.probed.endpoints.filter(({ protocol }) => protocols.includes(protocol));
