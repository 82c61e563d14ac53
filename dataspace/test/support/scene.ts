import type { Identity, Role } from '@causeway/certs/peer';
import type { Endpoint, ProbedSpace } from './probed-space.js';
import type { Story } from './probed-story.js';
import type { Credentials, Outcome } from './probes.js';

/** Where everything is tried: a running space, what its firms have with each other, and a member that is not one of them. */
export interface Scene {
  readonly probed: ProbedSpace;
  readonly story: Story;
  /** Has a good certificate; nobody knows it. */
  readonly newcomer: Identity;
}

/** What of a request an attacker changes. */
export interface Change {
  readonly credentials?: Credentials;
  readonly port?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One good request, which can be sent by others too. */
export interface Request {
  readonly caller: Identity;
  readonly at: Endpoint;
  send(change?: Change): Promise<Outcome>;
  /** Whether this is what the rightful caller is answered. */
  good(outcome: Outcome): boolean;
}

/** Who may call a method or route, and a call of it that is good. */
export interface Rule {
  readonly roles: readonly Role[] | 'anybody';
  request(scene: Scene): Promise<Request>;
}

/** By service, port, method and path, as `routeName` spells them. */
export type Rules = Readonly<Record<string, Rule>>;

export function routeName(endpoint: Pick<Endpoint, 'role' | 'name'>, route: { method: string; path: string }): string {
  return `${endpoint.role} ${endpoint.name} ${route.method} ${route.path}`;
}
