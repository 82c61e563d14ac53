import type { Role } from '@causeway/certs/peer';
import { canonicalJson, type Digest, digestOf, type Envelope } from '@causeway/evidence';
import type { Chain, RecordHead } from './layout.js';

type Parties = NonNullable<Envelope['parties']>;

/**
 * The identifier of a record: agreement digest and the names in the envelope that opens it. INVARIANT: whoever names
 * others gets another record, so nobody can claim, fill or block the record of two parties it is not one of.
 */
export function recordOf(agreement: Digest, { provider, consumer, auditors }: Parties): Digest {
  return digestOf(canonicalJson({ agreement, auditors: [...auditors], consumer, provider }));
}

export function isParty(record: Pick<Chain, 'provider' | 'consumer'>, id: string): boolean {
  return id === record.provider || id === record.consumer;
}

/** Who asks, as the channel's certificate says. */
export interface Viewer {
  readonly id: string;
  readonly role: Role;
}

/** A party as a participant, a named auditor as an auditor: whoever has the id in another role is somebody else. */
export function maySee(record: Omit<RecordHead, 'opened'>, { id, role }: Viewer): boolean {
  if (role === 'auditor') return record.auditors.includes(id);
  return role === 'participant' && isParty(record, id);
}

/** The ids that may see a record, each once. */
export function viewersOf(record: Omit<RecordHead, 'opened'>): string[] {
  return [...new Set([record.provider, record.consumer, ...record.auditors])];
}
