import type { Page } from '@causeway/platform';
import { approve } from './approval.js';
import { type AttributesWanted, attributeChanges, changeAttributes, member } from './attributes.js';
import { currentBundle, updateBundle } from './bundle.js';
import type { AuthorityContext } from './context.js';
import { listEnrolments, reject } from './enrolments.js';
import { type InvitationWanted, type Invited, invite } from './invitations.js';
import type { AttributeChange, EnrolmentRecord, EnrolmentState, ParticipantRecord, Services } from './records.js';

export interface PageWanted {
  readonly cursor?: string;
  /** At most 100; 50 unless told. */
  readonly limit?: number;
}

/** An enrolment as an operator sees it: who, from when, and the fingerprint to compare. */
export type EnrolmentView = Pick<
  EnrolmentRecord,
  | 'id'
  | 'participant'
  | 'name'
  | 'role'
  | 'attributes'
  | 'state'
  | 'addresses'
  | 'keyFingerprint'
  | 'received'
  | 'decided'
  | 'reason'
>;

/** The services of the space, and the number of the bundle that says so. */
export type ServicesView = Services & { readonly sequence: string };

/** What the operator does; the same in process and over the operator's API. */
export interface AuthorityAdmin {
  /** @throws TrustError ID_TAKEN | ENROLMENT_PENDING | ENROLMENT_REFUSED */
  invite(wanted: InvitationWanted): Promise<Invited>;
  enrolments(state: EnrolmentState, page?: PageWanted): Promise<Page<EnrolmentView>>;
  /** After comparing the key fingerprint with the firm. @throws TrustError NOT_FOUND | ENROLMENT_DECIDED | ID_TAKEN */
  approve(enrolment: string): Promise<EnrolmentView>;
  /** @throws TrustError NOT_FOUND | ENROLMENT_DECIDED */
  reject(enrolment: string, reason: string): Promise<EnrolmentView>;
  participants(page?: PageWanted): Promise<Page<ParticipantRecord>>;
  /** @throws TrustError NOT_FOUND */
  participant(id: string): Promise<ParticipantRecord>;
  /** What tokens say of a participant from now on. @throws TrustError NOT_FOUND | ATTRIBUTES_REFUSED */
  changeAttributes(participant: string, wanted: AttributesWanted): Promise<ParticipantRecord>;
  /** Every change of a participant's attributes, the latest first. @throws TrustError NOT_FOUND */
  attributeChanges(participant: string, page?: PageWanted): Promise<Page<AttributeChange>>;
  services(): Promise<ServicesView>;
  /** Enters addresses of broker and clearing house and signs a new bundle. @throws TrustError ENROLMENT_REFUSED */
  setServices(services: Partial<Services>): Promise<ServicesView>;
}

/** @param authority the address others reach the authority at */
export function authorityAdmin(context: AuthorityContext, authority: string): AuthorityAdmin {
  const servicesOf = (record: { services: Services; sequence: string }) => ({
    ...record.services,
    sequence: record.sequence,
  });
  return {
    invite: (wanted) => invite(context, wanted, authority),
    async enrolments(state, page = {}) {
      const found = await listEnrolments(context, state, page);
      return { ...found, items: found.items.map(view) };
    },
    approve: async (enrolment) => view(await approve(context, enrolment)),
    reject: async (enrolment, reason) => view(await reject(context, enrolment, reason)),
    async participants(page = {}) {
      const found = await context.records.participants.page(page);
      return { ...found, items: found.items.map(({ value }) => value) };
    },
    participant: async (id) => (await member(context, id)).value,
    changeAttributes: (id, wanted) => changeAttributes(context, id, wanted),
    attributeChanges: (id, page = {}) => attributeChanges(context, id, page),
    services: async () => servicesOf(await currentBundle(context)),
    setServices: async (services) => servicesOf(await updateBundle(context, authority, services)),
  };
}

function view(enrolment: EnrolmentRecord): EnrolmentView {
  const { issued: _issued, secretDigest: _secret, invitation: _invitation, ...rest } = enrolment;
  const { tlsKey: _tls, signingKey: _signing, encryptionKey: _encryption, ...shown } = rest;
  return shown;
}
