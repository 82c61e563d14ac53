import type { Authority } from '@causeway/certs/authority';
import { enrol, readInvitation } from '@causeway/certs/enrolment';
import type { Identity, Role } from '@causeway/certs/peer';
import type { Clock, Random } from '@causeway/platform';
import { SpaceError } from '../errors.js';

/** Invites, enrols and approves a service, after comparing the fingerprints that both sides print. */
export async function enrolled(options: {
  readonly authority: Authority;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<Identity> {
  const { authority, id, name, role, folder, clock, random } = options;
  const invited = await authority.admin.invite({ name, id, role });
  const enrolment = await enrol({
    ...{ invitation: readInvitation(invited.invitation), folder, clock, random },
    addresses: { dns: ['localhost'], ip: ['127.0.0.1'] },
    // Small keys: a space in one process proves how things work together, not how long keys last.
    rsaBits: 2_048,
  });
  const pending = await authority.admin.enrolments('pending');
  const seen = pending.items.find((one) => one.id === enrolment.id);
  if (seen?.keyFingerprint !== enrolment.keyFingerprint) {
    throw new SpaceError(
      'FINGERPRINT_DIFFERS',
      `the operator sees the key ${seen?.keyFingerprint ?? '(none)'}, ${id} shows ${enrolment.keyFingerprint}`,
    );
  }
  await authority.admin.approve(enrolment.id);
  return enrolment.wait();
}
