import type { Parties } from '../record/envelope.js';
import type { AgreementEndStatement, TransferStopStatement } from '../record/stopping.js';
import type { SignedEntry } from './entries.js';
import type { EndedStory, Findings, StoppedStory } from './report.js';
import type { Released } from './statements.js';

/** Checks that a stop is of a transfer that was started and has no other end. */
export function checkStop(
  { where, statement, entries }: Released<TransferStopStatement>,
  starts: ReadonlyMap<string, string | undefined>,
  ended: ReadonlySet<string>,
  { provider, consumer }: Parties,
  findings: Findings,
): void {
  const wrong = (member: string, message: string) => findings.add('CHAIN_BROKEN', `${where}/${member}`, message);
  const { agreement, start, transfer, by } = statement;
  if (entries.some(({ envelope }) => envelope.agreement !== agreement)) {
    wrong('agreement', 'expected the agreement that the envelope names');
  }
  if (!starts.has(start)) wrong('start', `expected a start that was signed, got ${start}`);
  const started = starts.get(start);
  if (started !== undefined && started !== transfer) wrong('transfer', `expected ${started}`);
  if (by !== provider && by !== consumer) wrong('by', `expected ${provider} or ${consumer}, got ${by}`);
  if (ended.has(start))
    findings.add('STORY_DIFFERS', where, 'expected one end of the transfer: it was stopped, or sent');
}

export function toldOfStop({ by, code, reason, time }: TransferStopStatement): StoppedStory {
  return { by, code, reason, time };
}

/**
 * Tells by whom and why the agreement was ended, and checks that nothing began after that under the same hand: a provider's
 * own numbers say in which order it signed.
 */
export function tellEnds(
  ends: readonly Released<AgreementEndStatement>[],
  signed: readonly SignedEntry[],
  findings: Findings,
): EndedStory[] {
  const enders = new Set<string>();
  for (const { where, statement, entries } of ends) {
    if (entries.some(({ envelope }) => envelope.agreement !== statement.agreement)) {
      findings.add('CHAIN_BROKEN', `${where}/agreement`, 'expected the agreement that the envelope names');
    }
    if (entries.some(({ envelope }) => envelope.signer !== statement.signer)) {
      findings.add('CHAIN_BROKEN', `${where}/signer`, `expected ${statement.signer} alone to sign that it ended it`);
    }
    if (enders.has(statement.signer)) {
      findings.add('STORY_DIFFERS', where, `expected ${statement.signer} to end the agreement once`);
    }
    enders.add(statement.signer);
  }
  const over = signed.filter(({ envelope }) => envelope.type === 'agreement-end');
  for (const { where, envelope } of signed) {
    if (envelope.type !== 'transfer-start') continue;
    const before = over.find((end) => end.envelope.signer === envelope.signer && isBefore(end, envelope.sequence));
    if (before)
      findings.add('CHAIN_BROKEN', `${where}/envelope`, 'expected no start after its signer ended the agreement');
  }
  return ends.map(({ statement: { signer, code, reason, time } }) => ({ by: signer, code, reason, time }));
}

function isBefore({ envelope }: SignedEntry, sequence: string): boolean {
  return BigInt(envelope.sequence) < BigInt(sequence);
}
