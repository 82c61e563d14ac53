import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '@causeway/evidence';
import type { Page, Stored, Write } from '@causeway/platform';
import type { EnrolmentRequest } from '../enrolment/request.js';
import { TrustError } from '../peer/errors.js';
import { checkAddresses } from './certificate.js';
import { type AuthorityContext, transact } from './context.js';
import { type ProvenKeys, provenKeys } from './proofs.js';
import type { EnrolmentRecord, EnrolmentState, InvitationRecord, Records } from './records.js';

/** Wrong codes that an invitation survives. */
export const mostFailures = 5;

/**
 * Takes a request to enrol, once per invitation; the same keys again get the same answer, because the first answer may
 * have been lost.
 * @throws TrustError CODE_REFUSED (the same whatever was wrong with the code) | PROOF_INVALID | KEY_REFUSED | ENROLMENT_REFUSED
 */
export async function submit(context: AuthorityContext, request: EnrolmentRequest): Promise<EnrolmentRecord> {
  const { records, clock, random, store, config } = context;
  const invitation = await redeem(context, request.code);
  const keys = await provenKeys(request, config.rsaBits);
  checkAddresses(request.addresses);
  const id = random.uuid();
  return transact(store, async () => {
    const current = await records.invitations.get(invitation.id);
    if (!current || current.value.failures >= mostFailures) throw refused();
    if (current.value.enrolment !== undefined) {
      return { answer: await repeated(records, current.value.enrolment, request, keys) };
    }
    const owner = await records.ids.get(invitation.participant);
    if (owner?.value.invitation !== invitation.id) throw refused();
    const enrolment: EnrolmentRecord = {
      id,
      invitation: invitation.id,
      participant: invitation.participant,
      name: invitation.name,
      role: invitation.role,
      attributes: invitation.attributes,
      state: 'pending',
      secretDigest: digestOf(request.secret),
      tlsKey: keys.tls,
      signingKey: keys.signing,
      encryptionKey: keys.encryption,
      addresses: request.addresses,
      keyFingerprint: keys.fingerprint,
      received: clock.now(),
    };
    return {
      commit: {
        conditions: [
          records.invitations.unchanged(current),
          records.ids.unchanged(owner),
          records.enrolments.absent(id),
        ],
        writes: [
          records.invitations.put([invitation.id], { ...current.value, enrolment: id }),
          ...stateWrites(records, undefined, enrolment),
        ],
      },
      answer: enrolment,
    };
  });
}

/** The enrolment, for whoever shows its secret; others cannot tell it from one that does not exist. */
export async function poll(context: AuthorityContext, id: string, secret: string): Promise<EnrolmentRecord> {
  const found = await context.records.enrolments.get(id);
  if (same(found?.value.secretDigest, digestOf(secret)) && found) return found.value;
  throw notFound();
}

/** Enrolments in one state, oldest first. */
export async function listEnrolments(
  { records }: AuthorityContext,
  state: EnrolmentState,
  page: { readonly cursor?: string; readonly limit?: number },
): Promise<Page<EnrolmentRecord>> {
  const found = await records.enrolmentStates.page({ prefix: [state], ...page });
  const items = await Promise.all(found.items.map(async ({ value }) => records.enrolments.get(value.id)));
  const present = items.filter((item): item is Stored<EnrolmentRecord> => item !== undefined).map(({ value }) => value);
  return found.next === undefined ? { items: present } : { items: present, next: found.next };
}

/** @throws TrustError NOT_FOUND | ENROLMENT_DECIDED */
export async function pending({ records }: AuthorityContext, id: string): Promise<Stored<EnrolmentRecord>> {
  const found = await records.enrolments.get(id);
  if (!found) throw notFound();
  if (found.value.state === 'pending') return found;
  throw new TrustError('ENROLMENT_DECIDED', `enrolment ${id} has been ${found.value.state} already`);
}

/** @throws TrustError NOT_FOUND | ENROLMENT_DECIDED */
export function reject(context: AuthorityContext, id: string, reason: string): Promise<EnrolmentRecord> {
  return transact(context.store, async () => {
    const current = await pending(context, id);
    const rejected: EnrolmentRecord = { ...current.value, state: 'rejected', decided: context.clock.now(), reason };
    return {
      commit: {
        conditions: [context.records.enrolments.unchanged(current)],
        writes: stateWrites(context.records, current.value, rejected),
      },
      answer: rejected,
    };
  });
}

/** The writes that move an enrolment from one state to another, its place in the lists included. */
export function stateWrites(records: Records, before: EnrolmentRecord | undefined, after: EnrolmentRecord): Write[] {
  const place = (record: EnrolmentRecord) => [record.state, record.received, record.id];
  return [
    ...(before ? [records.enrolmentStates.delete(place(before))] : []),
    records.enrolments.put([after.id], after),
    records.enrolmentStates.put(place(after), { id: after.id }),
  ];
}

async function redeem(context: AuthorityContext, code: string): Promise<InvitationRecord> {
  const { records, clock } = context;
  const id = code.slice(0, code.indexOf('.'));
  const digest = digestOf(code);
  return transact(context.store, async () => {
    const found = await records.invitations.get(id);
    const right = same(found?.value.codeDigest, digest);
    if (found && right && found.value.failures < mostFailures && clock.now() < found.value.expires) {
      return { answer: found.value };
    }
    if (!found || right || found.value.failures >= mostFailures) throw refused();
    // An attempt is counted before it is answered, so that many at once are not worth more than one after the other.
    const counted = { ...found.value, failures: found.value.failures + 1 };
    const commit = {
      conditions: [records.invitations.unchanged(found)],
      writes: [records.invitations.put([id], counted)],
    };
    return { commit, answer: undefined };
  }).then((invitation) => {
    if (!invitation) throw refused();
    return invitation;
  });
}

async function repeated(
  records: Records,
  id: string,
  request: EnrolmentRequest,
  keys: ProvenKeys,
): Promise<EnrolmentRecord> {
  const known = await records.enrolments.get(id);
  if (known?.value.keyFingerprint === keys.fingerprint && same(known.value.secretDigest, digestOf(request.secret))) {
    return known.value;
  }
  throw refused();
}

// Compares digests in constant time; what does not exist is compared with nothing that could be equal.
function same(stored: string | undefined, given: string): boolean {
  const known = Buffer.from(stored ?? 'sha-256:'.padEnd(given.length, '-'));
  const shown = Buffer.from(given);
  return known.length === shown.length && timingSafeEqual(known, shown);
}

const refused = () =>
  new TrustError('CODE_REFUSED', 'the one-time code is not valid; ask the operator for a new invitation');
const notFound = () => new TrustError('NOT_FOUND', 'there is no such enrolment');
