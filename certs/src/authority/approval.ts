import { X509Certificate } from 'node:crypto';
import { issueKeyStatement, type Jwk, publicKeyOf, thumbprint } from '@causeway/evidence';
import { TrustError } from '../peer/errors.js';
import { fingerprintOf } from '../peer/peer.js';
import { issueCertificate, type Validity } from './certificate.js';
import { type AuthorityContext, transact } from './context.js';
import { pending, stateWrites } from './enrolments.js';
import { backdateMs } from './keys.js';
import type { EnrolmentRecord, Issued, ParticipantRecord } from './records.js';

/**
 * An operator's approval, after comparing the key fingerprint: the id becomes the firm's for good, and its three keys are
 * certified.
 * @throws TrustError NOT_FOUND | ENROLMENT_DECIDED | ID_TAKEN
 */
export async function approve(context: AuthorityContext, id: string): Promise<EnrolmentRecord> {
  const { records, clock } = context;
  const asked = await pending(context, id);
  const sequence = '1';
  const validity = validityAt(context);
  const issued = await issue(context, asked.value, sequence, validity);
  return transact(context.store, async () => {
    const current = await pending(context, id);
    const { participant, name, role, attributes, keyFingerprint } = current.value;
    const owner = await records.ids.get(participant);
    if (owner?.value.invitation !== current.value.invitation) {
      throw new TrustError('ID_TAKEN', `${participant} has been promised to another invitation`);
    }
    const approved: EnrolmentRecord = { ...current.value, state: 'approved', decided: clock.now(), issued };
    const member: ParticipantRecord = {
      id: participant,
      name,
      role,
      attributes,
      fingerprint: fingerprintOf(new X509Certificate(issued.certificate).raw),
      notAfter: validity.notAfter,
      keyFingerprint,
      enrolled: clock.now(),
      sequence,
    };
    return {
      commit: {
        conditions: [
          records.enrolments.unchanged(current),
          records.ids.unchanged(owner),
          records.participants.absent(participant),
        ],
        writes: [...stateWrites(records, current.value, approved), records.participants.put([participant], member)],
      },
      answer: approved,
    };
  });
}

/** From a little before now until the configured end, but never longer than the root. */
export function validityAt({ clock, config, keys }: AuthorityContext): Validity {
  const rootEnd = Date.parse(new X509Certificate(keys.root.cert).validTo);
  return {
    notBefore: clock.now() - backdateMs,
    notAfter: Math.min(clock.now() + config.certificateValidity, rootEnd),
  };
}

async function issue(
  context: AuthorityContext,
  enrolment: EnrolmentRecord,
  sequence: string,
  validity: Validity,
): Promise<Issued> {
  const { participant, role } = enrolment;
  const statement = (use: 'signing' | 'encryption', key: Jwk) =>
    issueKeyStatement(
      {
        version: '1',
        participant,
        role,
        use,
        key,
        kid: thumbprint(publicKeyOf(key)),
        notBefore: new Date(validity.notBefore).toISOString(),
        notAfter: new Date(validity.notAfter).toISOString(),
        sequence,
      },
      context.keys.statement,
    );
  return {
    certificate: issueCertificate({
      ca: context.keys.root,
      publicKey: enrolment.tlsKey,
      id: participant,
      role,
      addresses: enrolment.addresses,
      validity,
      serial: context.random.bytes(16),
    }),
    signingStatement: await statement('signing', enrolment.signingKey),
    encryptionStatement: await statement('encryption', enrolment.encryptionKey),
  };
}
