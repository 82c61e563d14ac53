import { canonicalJson } from '../json/canonical.js';
import { type Envelope, type Parties, verifyEnvelopeBy } from '../record/envelope.js';
import { type AuthorityKeys, type VerifiedKey, verifyKeyStatement } from '../trust/key-statement.js';
import type { AuditBundle } from './bundle.js';
import type { Findings } from './report.js';

/** An envelope whose signature holds. */
export interface SignedEntry {
  /** Where it stands: `bundle#/entries/<n>`. */
  readonly where: string;
  readonly envelope: Envelope;
  readonly key: VerifiedKey;
}

/** Verifies every envelope by its key statement, and that it belongs to this agreement. */
export async function verifyEntries(
  bundle: AuditBundle,
  authorities: AuthorityKeys,
  findings: Findings,
): Promise<SignedEntry[]> {
  // A wrong key statement is one finding, however many envelopes come with it.
  const keys = new Map<string, VerifiedKey | undefined>();
  const signed: SignedEntry[] = [];
  for (const [index, entry] of bundle.entries.entries()) {
    const where = `bundle#/entries/${index}`;
    if (!keys.has(entry.keyStatement)) {
      const verify = () => verifyKeyStatement(entry.keyStatement, authorities);
      keys.set(entry.keyStatement, await findings.attempt('KEY_STATEMENT_INVALID', `${where}/keyStatement`, verify));
    }
    const key = keys.get(entry.keyStatement);
    if (!key) continue;
    const verify = () => verifyEnvelopeBy(entry.envelope, key);
    const envelope = await findings.attempt('ENVELOPE_INVALID', `${where}/envelope`, verify);
    if (!envelope) continue;
    if (envelope.agreement === bundle.agreement) signed.push({ where, envelope, key });
    else findings.add('ENVELOPE_FOREIGN', `${where}/envelope`, `expected an envelope under ${bundle.agreement}`);
  }
  return signed;
}

/** The parties, by the word of every agreement envelope; all other signers must be among them. */
export function partiesOf(entries: readonly SignedEntry[], findings: Findings): Parties | undefined {
  const named = entries.flatMap(({ where, envelope }) =>
    envelope.parties ? { where, parties: envelope.parties } : [],
  );
  const parties = named[0]?.parties;
  if (!parties) {
    findings.add('PARTIES_UNCLEAR', 'bundle#/entries', 'expected an envelope that signs the agreement, got none');
    return undefined;
  }
  for (const other of named) {
    if (canonicalJson(other.parties) === canonicalJson(parties)) continue;
    findings.add(
      'PARTIES_UNCLEAR',
      `${other.where}/envelope`,
      'expected the parties that the first agreement envelope names',
    );
  }
  for (const { where, envelope } of entries) {
    const { signer, type } = envelope;
    const may = signersOf(type, parties);
    if (may.includes(signer)) continue;
    findings.add(
      'ENVELOPE_FOREIGN',
      `${where}/envelope`,
      `expected a ${type} signed by ${may.join(' or ')}, got one of ${signer}`,
    );
  }
  return parties;
}

/** Who may sign which type: the provider what it starts and stops, the consumer what it owes, both what both may say. */
function signersOf(type: Envelope['type'], { provider, consumer }: Parties): string[] {
  if (type === 'transfer-start' || type === 'transfer-stop') return [provider];
  return type === 'duty' ? [consumer] : [provider, consumer];
}

/** Each signer counts its envelopes from 1 on, without a gap: a missing one is seen. */
export function checkSequences(entries: readonly SignedEntry[], findings: Findings): void {
  for (const [signer, own] of bySigner(entries)) {
    const sorted = own.toSorted((a, b) => (BigInt(a.envelope.sequence) < BigInt(b.envelope.sequence) ? -1 : 1));
    sorted.forEach(({ where, envelope }, index) => {
      const expected = index + 1;
      if (envelope.sequence === String(expected)) return;
      const message = `expected number ${expected} of ${signer}, got ${envelope.sequence}`;
      findings.add('SEQUENCE_BROKEN', `${where}/envelope`, message);
    });
    const statements = new Set<string>();
    for (const { where, envelope } of own) {
      if (statements.has(envelope.statement)) {
        findings.add('SEQUENCE_BROKEN', `${where}/envelope`, `expected ${signer} to sign ${envelope.statement} once`);
      }
      statements.add(envelope.statement);
    }
  }
}

function bySigner(entries: readonly SignedEntry[]): Map<string, SignedEntry[]> {
  const signers = new Map<string, SignedEntry[]>();
  for (const entry of entries) {
    const own = signers.get(entry.envelope.signer) ?? [];
    signers.set(entry.envelope.signer, [...own, entry]);
  }
  return signers;
}
