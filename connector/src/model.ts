import type { Digest, Json } from '@causeway/evidence';
import type { ClassificationDomain } from '@causeway/policies';
import type { Content } from './inspect/content.js';

/** A JSON object as it came over the wire or as it will go out. */
export type JsonObject = { [key: string]: Json };

export const negotiationStates = [
  'REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'AGREED',
  'VERIFIED',
  'FINALIZED',
  'TERMINATED',
] as const;
export type NegotiationState = (typeof negotiationStates)[number];

export const transferStates = ['REQUESTED', 'STARTED', 'SUSPENDED', 'COMPLETED', 'TERMINATED'] as const;
export type TransferState = (typeof transferStates)[number];

/** Which end of a process this connector is. */
export type ProcessRole = 'provider' | 'consumer';

/** A stable machine-readable code, and the same words for people in both languages. */
export interface Reason {
  readonly code: string;
  readonly en: string;
  readonly zh: string;
}

/** The answer a message was given, kept so that the same message delivered again gets the same answer (I1). */
export interface Answer {
  readonly status: number;
  readonly body?: JsonObject;
}

/** What negotiations and transfers have in common: one record a process, changed only by compare-and-swap. */
export interface Process<State extends string> {
  /** Our own pid (`urn:uuid:…`): the provider's or the consumer's, by `role`. */
  readonly pid: string;
  readonly role: ProcessRole;
  /** The other participant, as proven on the channel (I4). */
  readonly peer: string;
  /** The peer's pid; absent until a consumer's request is answered. */
  readonly peerPid?: string;
  /** Where messages to the peer go: the provider's DSP base URL, or the consumer's callback address. */
  readonly address: string;
  /** The shared state: what both sides know. */
  readonly state: State;
  /**
   * A terminating, completing or suspending move of ours that the peer has not acknowledged. It binds us at once and
   * becomes `state` when the peer acknowledges it.
   */
  readonly intent?: { readonly state: State; readonly reason?: Reason; readonly since: number };
  /** Why the process ended, or was suspended, in the words of whoever moved it. */
  readonly reason?: Reason;
  /** A message was refused for good: the process waits for a person. */
  readonly parked?: Reason;
  /** The next sequence number of this process' lane in the outbox. */
  readonly lane: number;
  /** Messages of ours saved and not yet answered: while there are any, the process is in doubt. */
  readonly unacknowledged: number;
  /** Answers by the `@id` of the message, in the order received; bounded. */
  readonly answered: readonly { readonly id: string; readonly answer: Answer }[];
  /** How often the shared state has moved: what a decision was asked about, and no later state, is what it decides. */
  readonly moves: number;
  readonly history: readonly { readonly state: State; readonly at: number }[];
  readonly created: number;
  readonly updated: number;
}

export interface Negotiation extends Process<NegotiationState> {
  readonly dataset: string;
  /** The offer last on the table, as sent or received. */
  readonly offer: JsonObject;
  /** Chosen by the management client that asked for it, so that a retry creates once. Consumer only. */
  readonly request?: string;
  /** The offer as that client named it, its id or the whole of it; absent: the first. Consumer only. */
  readonly wanted?: string | JsonObject;
  /** The ContractAgreementMessage received and not yet verified. Consumer only. */
  readonly proposal?: JsonObject;
  /** Digest of the agreement statement, from AGREED on. */
  readonly agreement?: Digest;
  /** The latest question to people whether to agree, and what came of it. Provider only. */
  readonly approval?: Approval;
}

/** A negotiation that waits for people, or did: how many different operators must approve, and who has. */
export interface Approval {
  readonly needed: number;
  readonly why: Reason;
  readonly given: readonly { readonly operator: string; readonly at: number }[];
  readonly asked: number;
  /** From then on nobody can approve it any more, and it ends. */
  readonly deadline: number;
  /** Moves of the negotiation when it was asked: a later state is another question. */
  readonly moves: number;
  /** Absent as long as it waits. `overtaken`: the answer was taken away, by policy or by what changed meanwhile. */
  readonly outcome?: 'approved' | 'rejected' | 'expired' | 'overtaken';
  /** Who rejected it. */
  readonly rejectedBy?: string;
}

export interface SignedEnvelope {
  /** The envelope, compact JWS. */
  readonly envelope: string;
  /** The authority's statement for the key that signed it. */
  readonly keyStatement: string;
}

/** An agreement as both sides hold it. Key: its digest. */
export interface Agreement {
  /** The id of the agreement statement. */
  readonly digest: Digest;
  /** The `@id` that the provider chose for the DSP message; evidence never uses it. */
  readonly id: string;
  readonly role: ProcessRole;
  readonly peer: string;
  /** The peer's DSP base URL as it was when the agreement was made. */
  readonly address: string;
  readonly negotiation: string;
  readonly dataset: string;
  /** The agreement member of ContractAgreementMessage, exactly as parsed: the policy decisions are taken under. */
  readonly policy: JsonObject;
  /** The agreement statement, canonical JSON. */
  readonly statement: string;
  readonly own: SignedEnvelope;
  /** Absent with a peer that signs nothing: then the agreement is one-sided, and shown so. */
  readonly theirs?: SignedEnvelope;
  /** AGREED and VERIFIED agreements exist but grant nothing; only a finalized one does. */
  readonly finalized?: number;
  /** Nothing begins under it any more, and what ran was stopped. */
  readonly ended?: AgreementEnd;
  /** The other party's own word, when both ended it before they heard of each other. */
  readonly endedToo?: AgreementEnd;
  /** The next sequence number of our own envelopes under this agreement. Dense. */
  readonly sequence: number;
  /** Envelopes of ours that the log holds and this store, restored from an older back-up, has lost. */
  readonly forgotten?: Forgotten;
  /** The next sequence number in this agreement's lanes of envelopes to log, of which each signer has one. */
  readonly lane: number;
  readonly created: number;
}

/** A signed `agreement-end` statement, and when it took effect here. */
export interface AgreementEnd extends SignedEnvelope {
  /** The party that signed it. */
  readonly by: string;
  readonly at: number;
  readonly reason: Reason;
  /** Canonical JSON. Absent where only the log remembers that it was signed: this store is restored from a back-up. */
  readonly statement?: string;
  readonly id: Digest;
}

/** What a restored store learned from the log about one agreement, by counting. */
export interface Forgotten {
  /** When it was learned last. */
  readonly at: number;
  /** Starts of ours as provider: each is counted as a use. */
  readonly starts: number;
  /** Ends of transfers; as consumer, of data that was delivered here. */
  readonly ends: number;
  /** Any others: stops, duties. */
  readonly others: number;
}

/** How far the evidence and the bytes of a transfer are. */
export interface Transfer extends Process<TransferState> {
  readonly agreement: Digest;
  readonly dataset: string;
  /** The distribution format, e.g. `GrpcData-PULL`. */
  readonly format: string;
  /** Its token is bound to no certificate: whoever holds it can fetch the data. Provider only. */
  readonly unbound?: true;
  /** Declared by the consumer with its request, and recorded as declared. */
  readonly purpose?: string;
  readonly request?: string;
  /** SHA-256 fingerprint (x5t#S256) of the consumer's latest authenticated request in this process. Provider only. */
  readonly fingerprint?: string;
  /** The uses reserved for this transfer: rule of the agreement's policy. Provider only. */
  readonly uses?: readonly string[];
  /** The start statement (canonical JSON) and the provider's envelope over it. */
  readonly start?: { readonly statement: string; readonly id: Digest } & SignedEnvelope;
  /** Who suspended it, and so may resume it; the provider, when both did at once. Absent in older records: either. */
  readonly suspendedBy?: ProcessRole;
  /** Suspended by the policy alone, which permits it again at this instant; the provider then resumes it. Provider only. */
  readonly heldUntil?: number;
  /** The provider's `transfer-stop` statement: what was started ended without a closing statement. */
  readonly stop?: { readonly statement: string; readonly id: Digest } & SignedEnvelope;
  /** Whether a stream was ever opened: from then on its use is never given back. Provider only. */
  readonly opened?: boolean;
  /** `HttpData-PULL`: bytes that were sent from the first on, without a gap. Provider only. */
  readonly sent?: number;
  /** What ended the bytes: saved before it is sent, repeated unchanged. */
  readonly end?: TransferEnd;
  /** Where the consumer pulls from, out of TransferStartMessage; the token is kept in memory only. */
  readonly endpoint?: string;
  /** `HttpData-PULL`: which bytes they are, as the server said with the first of them. Consumer only. */
  readonly remote?: { readonly etag?: string; readonly size?: number };
  /** Where the bytes go. Consumer only. */
  readonly sink?: FileSink;
}

export interface TransferEnd {
  /** The provider's closing statement, canonical JSON. */
  readonly statement: string;
  readonly id: Digest;
  readonly provider: SignedEnvelope;
  /** The consumer's envelope over the same statement, or over its own when it disputes. */
  readonly consumer?: SignedEnvelope;
  /** The consumer's own end statement; present only when disputed. */
  readonly disputed?: { readonly statement: string; readonly id: Digest };
}

export interface FileSink {
  /** The file the bytes are renamed to when they are whole and verified. */
  readonly path: string;
  /** The temporary file beside it. */
  readonly partial: string;
  /** `sealed`: whole, verified and synced; `placed`: renamed; `discarded`: removed before it was whole, it is no data. */
  readonly stage: 'receiving' | 'sealed' | 'placed' | 'discarded';
  readonly bytes?: number;
  readonly digest?: Digest;
  /** Of the placed file, decimal: what has to be deleted later is that file, and none that took its place. */
  readonly inode?: string;
}

/** Why the provider let a transfer start: replayed by an auditor to the same verdict. Key: its own digest. */
export interface DecisionRecord {
  readonly digest: Digest;
  /** Canonical JSON {version, policy digest, request, facts with their source, engine version, verdict}. */
  readonly record: string;
  readonly transfer: string;
}

/** One use of one counted rule. Key: (agreement digest, rule, transfer). */
export interface Use {
  readonly transfer: string;
  readonly reserved: number;
}

/**
 * One way to see an offer: being somebody, under a condition or none. What offers and datasets are indexed by, so that it is
 * decided once for a caller and not once for a dataset.
 */
export interface Access {
  /** The id of a participant, or `*` for every one. */
  readonly to: string;
  /** Digest of what is demanded of who asks; absent: nothing. */
  readonly condition?: Digest;
}

export interface Offer {
  /** Unique within the connector. */
  readonly id: string;
  /** The policy as it stands in the catalog (DSP spelling, no target). */
  readonly policy: JsonObject;
  /** Who is shown it. */
  readonly access: readonly Access[];
  /** A person has to approve each agreement on it, whatever the classification demands. */
  readonly approval?: true;
  /** A request that asks for more is answered with the nearest offer that stays within this one, instead of a refusal. */
  readonly negotiable?: true;
}

/** Somebody who may decide on requests, by a key of their own. Kept after they are removed: a name is given once. */
export interface Operator {
  readonly name: string;
  /** SHA-256 of the key, which is shown once. */
  readonly keyDigest: Digest;
  readonly created: number;
  readonly removed?: number;
}

export interface Dataset {
  /** The publisher's id, `:` and the local name. */
  readonly id: string;
  readonly title: { readonly zh?: string; readonly en?: string };
  readonly description?: string;
  readonly keywords: readonly string[];
  readonly category?: string;
  readonly region?: string;
  /** Level of the classification guideline: 3 is the highest. Absent: its owner has not classified it. */
  readonly classification?: 1 | 2 | 3;
  /** Domain of the same guideline. */
  readonly domain?: ClassificationDomain;
  readonly mediaType: string;
  readonly source: FileSource;
  /** What was found in the file, when it holds a table: its description, unless the owner gives another. */
  readonly content?: Content;
  /** The names of its columns are not told to others. */
  readonly hideColumns?: boolean;
  readonly offers: readonly Offer[];
  /** Whether the broker lists it to every member; otherwise only those its offers name find it in the catalog. */
  readonly listed: boolean;
  readonly withdrawn?: number;
  /** Why, in its owner's words; told to nobody. */
  readonly withdrawnFor?: string;
  readonly created: number;
  readonly updated: number;
}

export interface FileSource {
  readonly kind: 'file';
  /** Absolute; never shown to a peer. */
  readonly path: string;
  /** SHA-256 of the bytes that were published: the dataset's version. */
  readonly version: Digest;
  readonly bytes: number;
  /** What the file's inode said when it was hashed; a difference means the file changed since. */
  readonly stamp: string;
}

/** The last checkpoint of the log that we verified, as a signed note: every later one must extend it (I6). */
export interface LogView {
  readonly note: string;
  readonly verified: number;
  /** Set when the log was caught lying: nothing more is sent on its word. */
  readonly distrusted?: Reason;
  /** The signed notes that contradict each other, for whoever has to be convinced. */
  readonly proof?: readonly string[];
}

/** That this store went on from an older back-up: what was lost of agreements it knows, and agreements it does not know. */
export interface Restoration {
  readonly first: number;
  readonly last: number;
  /** Agreements it knows and has caught up with. */
  readonly agreements: number;
  /** Starts counted as uses. */
  readonly starts: number;
  /** Transfers it held as open and has ended. */
  readonly transfers: number;
  /** Agreements that the log says we signed and that it does not know. */
  readonly unknown: number;
}

/** An agreement of ours that only the log remembers. */
export interface UnknownAgreement {
  readonly role: ProcessRole;
  readonly peer: string;
  readonly found: number;
}
