import type { Identity } from '@causeway/certs/peer';
import { type DutyStatement, parseStatement } from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import { evidence as asEvidence, demandEnvelope } from '../exchange/end-of-transfer.js';
import type { Agreement } from '../model.js';
import type { EvidenceLog } from '../ports.js';
import type { Records } from '../records.js';
import type { DutyLedger } from './ledger.js';
import type { DutyReport } from './port.js';
import { type DutyAnswer, type DutyRecord, dutyId, isClosed, judged } from './record.js';

export interface DeskOptions {
  readonly identity: Identity;
  readonly records: Records;
  readonly evidence: EvidenceLog;
  readonly clock: Clock;
  readonly ledger: DutyLedger;
}

/** The longest statement about a duty, in bytes. */
const longest = 16_384;
/** What clocks may differ by, as for tokens. */
const skewMs = 30_000;

/**
 * The provider's side: takes what its consumers report. Everything in a report is the word of whoever sends it, which may be
 * a lie: it counts only when the consumer of that very agreement is at the other end of the channel, signed it, and the log
 * holds it.
 *
 * @returns when it came first
 * @throws ConnectorError NOT_FOUND, EVIDENCE_INVALID, EVIDENCE_PENDING, LOG_DISTRUSTED, STATE_INVALID, PEER_UNREACHABLE
 */
export async function takeReport(options: DeskOptions, peer: string, report: DutyReport): Promise<number> {
  const { clock, evidence, identity, ledger, records } = options;
  if (report.statement.length > longest) throw invalid(`expected a statement of at most ${longest} bytes`);
  const { statement: said, id: statementId } = asEvidence(() => parseStatement(report.statement));
  if (said.type !== 'duty') throw invalid(`expected a statement about a duty, got one of ${said.type}`);
  const { agreement, duty } = await owedBy(records, peer, said);

  const known = duty.answers.find(({ id }) => id === statementId);
  if (known?.received !== undefined) return known.received;
  const { envelope, keyStatement, receipt } = report;
  const at = Date.parse(said.time);
  const expected = { type: 'duty', statement: statementId, agreement: agreement.digest, signer: peer, at } as const;
  await demandEnvelope({ envelope, keyStatement }, expected, identity.trust.authorities);
  if (isClosed(duty)) throw answeredAlready();
  await demandFitting(records, duty, said, clock.now());
  await evidence.admit([{ envelope, keyStatement, receipt }]);

  const received = clock.now();
  const statement = Buffer.from(report.statement).toString('utf8');
  const answer: DutyAnswer = { statement, id: statementId, envelope, keyStatement, received };
  const saved = await ledger.change(duty, async (current, under) => {
    if (current.answers.some(({ id }) => id === statementId)) return undefined;
    if (isClosed(current)) throw answeredAlready();
    const answered: DutyRecord = { ...current, answers: [...current.answers, answer] };
    const verdict = judged(current, said, received);
    // What was violated stays so: of a file that went late, too.
    const closed = verdict.state === 'fulfilled' && current.state === 'pending';
    return closed
      ? { duty: { ...answered, state: 'fulfilled' } }
      : ledger.violate(answered, under, verdict.state === 'violated' ? verdict.at : received);
  });
  return saved.answers.find(({ id }) => id === statementId)?.received ?? received;
}

/** In the same words whether there is none or it is somebody else's. */
async function owedBy(
  records: Records,
  peer: string,
  { agreement: digest, transfer, duty }: DutyStatement,
): Promise<{ agreement: Agreement; duty: DutyRecord }> {
  const agreement = (await records.agreements.get(digest))?.value;
  const mine = agreement?.role === 'provider' && agreement.peer === peer;
  const owed = mine ? (await records.duties.get(digest, dutyId(digest, transfer ?? '', duty)))?.value : undefined;
  if (agreement === undefined || owed === undefined) throw new ConnectorError('NOT_FOUND', 'there is no such duty');
  return { agreement, duty: owed };
}

/** @throws ConnectorError EVIDENCE_INVALID */
async function demandFitting(records: Records, duty: DutyRecord, said: DutyStatement, now: number): Promise<void> {
  if (said.action !== duty.action) throw invalid(`expected a duty to ${duty.action}, got one to ${said.action}`);
  const due = said.due === undefined ? undefined : Date.parse(said.due);
  if (due !== duty.due) throw invalid(`expected it to be due at ${duty.due ?? 'no time'}, got ${due ?? 'none'}`);
  const at = Date.parse(said.time);
  if (at > now + skewMs || at < duty.delivered - skewMs) {
    throw invalid('expected a time between the delivery and now');
  }
  if (said.deleted === undefined) return;
  const end = (await records.transfers.get(duty.pid))?.value.end;
  const delivered = [end, end?.disputed].flatMap((one) => {
    const { statement } = one === undefined ? { statement: undefined } : parseStatement(one.statement);
    return statement?.type === 'transfer-end' ? [statement] : [];
  });
  const { bytes, digest } = said.deleted;
  if (delivered.some((one) => one.bytes === bytes && one.digest === digest)) return;
  throw invalid('expected that to be deleted which was delivered');
}

function answeredAlready(): ConnectorError {
  return new ConnectorError('STATE_INVALID', 'this duty has been answered for, by another statement');
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('EVIDENCE_INVALID', message);
}
