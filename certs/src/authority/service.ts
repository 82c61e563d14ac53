import type { Clock, Logger, Random, Service } from '@causeway/platform';
import type { Role } from '../peer/peer.js';
import type { AuthorityConfig } from './config.js';

export interface StartAuthorityOptions {
  readonly config: AuthorityConfig;
  /** Its state and keys. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What its operator does; the same as over the operator's API. */
export interface AuthorityAdmin {
  invite(wanted: {
    readonly name: string;
    readonly id?: string;
    readonly role: Role;
    readonly attributes?: Readonly<Record<string, string | string[]>>;
  }): Promise<{
    readonly id: string;
    readonly invitation: string;
    readonly fingerprint: string;
    readonly expires: number;
  }>;
  approve(enrolment: string): Promise<void>;
  reject(enrolment: string, reason: string): Promise<void>;
}

export interface Authority extends Service {
  readonly admin: AuthorityAdmin;
  /** Fingerprint (kid) of the statement key: what an auditor pins. */
  readonly statementKey: string;
}

export async function startAuthority(_options: StartAuthorityOptions): Promise<Authority> {
  throw new Error('not yet');
}
