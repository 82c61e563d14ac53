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

/** The ids that may see a record, each once. */
export function viewersOf(record: Omit<RecordHead, 'opened'>): string[] {
  return [...new Set([record.provider, record.consumer, ...record.auditors])];
}
