import { type AgreementEndStatement, parseStatement, saltOf, stoppingLimits, writeStatement } from '@causeway/evidence';
import { type ControlContext, instant } from '../control.js';
import { draft, reasonMembers, textMember } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import { demandEnvelope, evidence } from '../exchange/end-of-transfer.js';
import { signNext } from '../logging/sign-next.js';
import type { Agreement, AgreementEnd, JsonObject, Negotiation, Reason } from '../model.js';
import type { Stamp } from '../process/act.js';
import type { Received } from '../process/processes.js';
import { accepted, refuse } from '../process/receive.js';
import { sending } from '../process/record.js';
import type { Next } from '../process/work.js';
import { finalReason, reason, refusal } from '../reasons.js';
import { endingStatement } from '../release/statement-index.js';

/** Why nothing happens under an agreement any more; undefined while it has not ended. */
export function endedReason({ ended }: Agreement): Reason | undefined {
  if (ended === undefined) return undefined;
  const { by, reason: why } = ended;
  return reason('AGREEMENT_ENDED', `${by} ended the agreement: ${why.en}`, `${by} 终止了合约：${why.zh}`);
}

/**
 * INVARIANT: nothing begins under an agreement that is not finalized, or that has ended.
 *
 * @throws ConnectorError AGREEMENT_INVALID, AGREEMENT_ENDED
 */
export function demandInForce(agreement: Agreement | undefined, name: string): asserts agreement is Agreement {
  if (agreement?.finalized === undefined) throw refusal('AGREEMENT_INVALID', `Agreement ${name} is not in force.`);
  const ended = endedReason(agreement);
  if (ended !== undefined) throw refusal('AGREEMENT_ENDED', ended.en, ended.zh);
}

/**
 * Either party ends an agreement: in one commit, its end with the signed statement, that statement queued for the log, and the
 * message that tells the peer. DSP has no message for it, so the statement travels as an extension of the termination of the
 * negotiation, which a finalized one refuses: a peer that knows no such end learns of it with the transfers that are
 * terminated or refused.
 *
 * @returns undefined when it has ended already, by whomever
 * @throws ConnectorError AGREEMENT_INVALID, EVIDENCE_PENDING
 */
export async function makeAgreementEnd(
  context: ControlContext,
  negotiation: Negotiation,
  why: Reason,
  { at, id: messageId }: Stamp,
): Promise<Next<Negotiation> | undefined> {
  const { agreements } = context.records;
  const stored = negotiation.agreement && (await agreements.get(negotiation.agreement));
  if (!stored || stored.value.finalized === undefined) {
    throw refusal('AGREEMENT_INVALID', `Negotiation ${negotiation.pid} has no agreement in force.`);
  }
  if (stored.value.ended !== undefined) return undefined;
  context.checked.demand();
  const { identity, random } = context;
  const statement: AgreementEndStatement = {
    version: '1',
    type: 'agreement-end',
    agreement: stored.value.digest,
    signer: identity.id,
    code: cut(why.code, stoppingLimits.code),
    reason: cut(why.en, stoppingLimits.reason),
    time: instant(at),
    salt: saltOf(random.bytes(16)),
  };
  const { bytes, id } = writeStatement(statement);
  const signed = await signNext(identity, stored.value, 'agreement-end', id);
  const text = Buffer.from(bytes).toString('utf8');
  const ended: AgreementEnd = { by: identity.id, at, reason: why, statement: text, id, ...signed.own };
  const { agreement, writes } = context.evidence.queue({ ...signed.agreement, ended }, [signed.own]);
  const members = { ...reasonMembers(why), [extension.agreementEnd]: { statement: text, ...signed.own } };
  const message = draft('ContractNegotiationTerminationMessage', messageId, members);
  return {
    // The negotiation stays what it is: a finalized one.
    ...sending(negotiation, 'negotiation', message, negotiation.state),
    also: {
      conditions: [agreements.unchanged(stored)],
      writes: [
        agreements.put([agreement.digest], agreement),
        endingStatement(context.records, agreement.digest, ended),
        ...writes,
      ],
    },
  };
}

/** The peer says that it ended the agreement of a finalized negotiation. */
export async function receiveAgreementEnd(
  context: ControlContext,
  record: Negotiation,
  end: JsonObject,
): Promise<Received<Negotiation>> {
  const { agreements } = context.records;
  const stored = record.agreement && (await agreements.get(record.agreement));
  if (!stored) throw new TypeError(`expected finalized negotiation ${record.pid} to have its agreement`);
  const { ended, endedToo } = stored.value;
  // One that a restored store knows of by the log alone has no statement yet.
  const known = [ended, endedToo].find((one) => one?.by === record.peer && one.statement !== undefined);
  const statement = textMember(end, 'statement') ?? '';
  if (known !== undefined) {
    if (known.statement === statement) return { answer: accepted };
    return refuse('negotiation', record, refusal('STATE_INVALID', 'Expected one end of an agreement from each party.'));
  }
  let theirs: AgreementEnd;
  try {
    theirs = await verifyEnd(context, record, stored.value, statement, end);
  } catch (error) {
    const { en, zh } = finalReason(error);
    return refuse('negotiation', record, refusal('EVIDENCE_INVALID', en, zh));
  }
  const changed = ended === undefined || ended.by === record.peer ? { ended: theirs } : { endedToo: theirs };
  const { envelope, keyStatement } = theirs;
  // Both sides submit it, so that one of them suffices.
  const queued = context.evidence.queue({ ...stored.value, ...changed }, [{ envelope, keyStatement }]);
  const also = {
    conditions: [agreements.unchanged(stored)],
    writes: [
      agreements.put([queued.agreement.digest], queued.agreement),
      endingStatement(context.records, queued.agreement.digest, theirs),
      ...queued.writes,
    ],
  };
  return { answer: accepted, next: { record, also } };
}

/** @throws ConnectorError EVIDENCE_INVALID */
async function verifyEnd(
  { identity, clock }: ControlContext,
  { peer }: Negotiation,
  { digest }: Agreement,
  text: string,
  end: JsonObject,
): Promise<AgreementEnd> {
  const { statement, id } = evidence(() => parseStatement(text));
  if (statement.type !== 'agreement-end' || statement.agreement !== digest || statement.signer !== peer) {
    throw refusal('EVIDENCE_INVALID', `Expected a statement of ${peer} that ends agreement ${digest}; got another.`);
  }
  const signed = {
    envelope: textMember(end, 'envelope') ?? '',
    keyStatement: textMember(end, 'keyStatement') ?? '',
  };
  const at = Date.parse(statement.time);
  const expected = { type: 'agreement-end', statement: id, agreement: digest, signer: peer, at } as const;
  await demandEnvelope(signed, expected, identity.trust.authorities);
  const { code, reason: words } = statement;
  return { by: peer, at: clock.now(), reason: { code, en: words, zh: words }, statement: text, id, ...signed };
}

/** A peer's or a person's words may hold anything; a statement holds Unicode text of a bounded length. */
export function cut(text: string, most: number): string {
  const whole = text.toWellFormed();
  return whole.length <= most ? whole : whole.slice(0, most).replace(/\p{Surrogate}$/u, '');
}
