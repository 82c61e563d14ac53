import { X509Certificate } from 'node:crypto';
import { digestOf } from '@causeway/evidence';
import { writeInvitation } from '../enrolment/invitation.js';
import { TrustError } from '../peer/errors.js';
import { isPeerId, type Role } from '../peer/peer.js';
import { demandAttributes } from './attributes.js';
import { type AuthorityContext, randomText, transact } from './context.js';
import type { Attributes, InvitationRecord } from './records.js';

export interface InvitationWanted {
  /** The firm's name; without an `id` it becomes the id's last part and must fit there. */
  readonly name: string;
  readonly id?: string;
  readonly role: Role;
  readonly attributes?: Attributes;
}

export interface Invited {
  readonly id: string;
  /** The text to hand over, with its one-time code. Shown once; the authority keeps a digest. */
  readonly invitation: string;
  /** Of the root certificate, for people to compare. */
  readonly fingerprint: string;
  readonly expires: number;
}

/**
 * Invites a firm under an id that nobody has. A second invitation for an id that has not enrolled takes the place of the
 * first.
 * @throws TrustError ID_TAKEN | ENROLMENT_PENDING | ENROLMENT_REFUSED | ATTRIBUTES_REFUSED
 */
export async function invite(context: AuthorityContext, wanted: InvitationWanted, authority: string): Promise<Invited> {
  const { records, random, clock, config, keys } = context;
  const participant = wanted.id ?? idFromName(wanted.name);
  if (!isPeerId(participant)) {
    throw new TrustError(
      'ENROLMENT_REFUSED',
      'expected an id of the characters [A-Za-z0-9:._-], at most 200, that is no role',
    );
  }
  const attributes = wanted.attributes ?? {};
  demandAttributes(attributes);
  const id = randomText(random, 12);
  const code = `${id}.${randomText(random, 24)}`;
  const invitation: InvitationRecord = {
    id,
    participant,
    name: wanted.name,
    role: wanted.role,
    attributes,
    codeDigest: digestOf(code),
    expires: clock.now() + config.invitationValidity,
    failures: 0,
  };
  await transact(context.store, async () => {
    if (participant === config.id || (await records.participants.get(participant))) {
      throw new TrustError('ID_TAKEN', `${participant} belongs to somebody already, and ids are never given again`);
    }
    const known = await records.ids.get(participant);
    if (known) await demandNonePending(context, known.value.invitation);
    return {
      commit: {
        conditions: [
          known ? records.ids.unchanged(known) : records.ids.absent(participant),
          records.participants.absent(participant),
        ],
        writes: [records.ids.put([participant], { invitation: id }), records.invitations.put([id], invitation)],
      },
      answer: undefined,
    };
  });
  return {
    id: participant,
    invitation: writeInvitation({
      ...{ authority, root: keys.root.cert, code },
      ...{ space: config.space, id: participant, role: wanted.role },
    }),
    fingerprint: new X509Certificate(keys.root.cert).fingerprint256,
    expires: invitation.expires,
  };
}

async function demandNonePending({ records }: AuthorityContext, invitation: string): Promise<void> {
  const enrolment = (await records.invitations.get(invitation))?.value.enrolment;
  const record = enrolment === undefined ? undefined : await records.enrolments.get(enrolment);
  if (record?.value.state === 'pending') {
    throw new TrustError(
      'ENROLMENT_PENDING',
      `enrolment ${enrolment} waits for a decision; approve or reject it first`,
    );
  }
}

function idFromName(name: string): string {
  if (/^[a-z0-9][a-z0-9.-]{0,62}$/.test(name)) return `urn:causeway:${name}`;
  throw new TrustError(
    'ENROLMENT_REFUSED',
    'expected an id, or a name of the characters [a-z0-9.-], at most 63, to make one',
  );
}
