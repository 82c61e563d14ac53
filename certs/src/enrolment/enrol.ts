import type { Clock, Random } from '@causeway/platform';
import type { Invitation } from './invitation.js';
export interface EnrolOptions {
  readonly invitation: Invitation;
  readonly folder: string;
  readonly addresses: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly clock: Clock;
  readonly random: Random;
}
export interface Enrolment {
  readonly id: string;
  readonly keyFingerprint: string;
  wait(signal?: AbortSignal): Promise<void>;
}
export async function enrol(_options: EnrolOptions): Promise<Enrolment> {
  throw new Error('not yet');
}
