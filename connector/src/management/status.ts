import type { Identity } from '@causeway/certs/peer';
import type { RunningServer } from '@causeway/platform';
import type { RegistrationStatus } from '../discovery/registrar.js';
import type { LogStatus } from '../logging/evidence-log.js';
import type { DspQueue } from '../process/queue.js';
import type { StoreStatus } from '../restoring/store-check.js';
import { type Operation, ok } from './operation.js';

export interface StatusContext {
  readonly identity: Identity;
  readonly servers: readonly RunningServer[];
  readonly queue: DspQueue;
  readonly evidence: { status(): Promise<LogStatus> };
  /** Reports that wait for their provider. */
  readonly duties: { backlog(): { readonly depth: number; readonly oldestMs: number } };
  readonly discovery: { readonly status: RegistrationStatus };
  readonly check: { status(): Promise<StoreStatus> };
}

/** How the connector is: who it is, where it listens, what waits, what the broker shows of it, whether it believes the log. */
export function statusOperation(context: StatusContext): Operation {
  const { identity, servers, queue, evidence, duties, discovery, check } = context;
  return {
    method: 'get',
    path: '/status',
    id: 'getStatus',
    summary: 'Who this connector is, where it listens, what waits, what the broker shows, whether it believes the log',
    answer: 'Status',
    async handle() {
      const { depth, oldestMs, distrusted, ...log } = await evidence.status();
      return ok({
        id: identity.id,
        role: identity.role,
        ports: servers.map(({ name, protocol, host, port }) => ({ name, protocol, host, port })),
        queues: { dsp: queue.backlog(), logging: { depth, oldestMs }, duties: duties.backlog() },
        broker: discovery.status,
        evidence: log,
        store: await check.status(),
        ...(distrusted === undefined ? {} : { distrusted }),
      });
    },
  };
}
