import type { Jwk, TrustBundle } from '@causeway/evidence';
import { Collection, type Store } from '@causeway/platform';
import type { Role } from '../peer/peer.js';

export type Attributes = Readonly<Record<string, string | string[]>>;

/** One invitation; its code is known by its digest only. */
export interface InvitationRecord {
  readonly id: string;
  readonly participant: string;
  readonly name: string;
  readonly role: Role;
  readonly attributes: Attributes;
  readonly codeDigest: string;
  readonly expires: number;
  /** Wrong codes tried; at the limit the invitation is closed, also for the right one. */
  readonly failures: number;
  /** The enrolment it was used for. */
  readonly enrolment?: string;
}

/** Who an id belongs to. Never deleted, so an id is never given to anyone else. */
export interface IdRecord {
  /** The latest invitation for it; earlier ones no longer count. */
  readonly invitation: string;
}

export const enrolmentStates = ['pending', 'approved', 'rejected'] as const;
export type EnrolmentState = (typeof enrolmentStates)[number];

/** What the authority answers once an operator has approved. */
export interface Issued {
  readonly certificate: string;
  readonly signingStatement: string;
  readonly encryptionStatement: string;
}

export interface EnrolmentRecord {
  readonly id: string;
  readonly invitation: string;
  readonly participant: string;
  readonly name: string;
  readonly role: Role;
  readonly attributes: Attributes;
  readonly state: EnrolmentState;
  readonly secretDigest: string;
  /** PEM (SPKI). */
  readonly tlsKey: string;
  readonly signingKey: Jwk;
  readonly encryptionKey: Jwk;
  readonly addresses: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly keyFingerprint: string;
  readonly received: number;
  readonly decided?: number;
  readonly reason?: string;
  readonly issued?: Issued;
}

export interface ParticipantRecord {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly attributes: Attributes;
  /** How often an operator has changed the attributes since the enrolment; absent: never. */
  readonly revision?: number;
  /** `x5t#S256` of the certificate in force. */
  readonly fingerprint: string;
  readonly notAfter: number;
  readonly keyFingerprint: string;
  readonly enrolled: number;
  /** Sequence of the latest key statements. */
  readonly sequence: string;
}

/** One change of a participant's attributes. Kept for good, so that any token can be explained later. */
export interface AttributeChange {
  readonly revision: number;
  readonly at: number;
  readonly before: Attributes;
  readonly after: Attributes;
  /** In the operator's words. */
  readonly reason?: string;
}

/** What the operator has entered about the services of the space. */
export type Services = Pick<TrustBundle, 'broker' | 'clearingHouse'>;

export interface BundleRecord {
  readonly sequence: string;
  readonly jws: string;
  readonly services: Services;
  /** Digest of all but sequence and time: a bundle that says the same is not signed anew. */
  readonly content: string;
}

/** The authority's state. */
export function records(store: Store) {
  return {
    invitations: new Collection<InvitationRecord>(store, 'invitation', 1),
    ids: new Collection<IdRecord>(store, 'id', 1),
    enrolments: new Collection<EnrolmentRecord>(store, 'enrolment', 1),
    /** Keys of enrolments by [state, received, id], so that a list by state is a page and not a search. */
    enrolmentStates: new Collection<{ readonly id: string }>(store, 'enrolment-state', 1),
    participants: new Collection<ParticipantRecord>(store, 'participant', 1),
    /** By [participant, revision]. */
    attributeChanges: new Collection<AttributeChange>(store, 'attribute-change', 1),
    bundles: new Collection<BundleRecord>(store, 'bundle', 1),
  };
}

export type Records = ReturnType<typeof records>;
