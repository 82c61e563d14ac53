import {
  type AgreementStatement,
  auditorsOf,
  type Envelope,
  EvidenceError,
  saltOf,
  signEnvelope,
  verifyEnvelope,
  writeStatement,
} from '@causeway/evidence';
import { type ControlContext, instant } from '../control.js';
import { objectMember, textMember } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import { demandKept } from '../duties/kept.js';
import type { Agreement, JsonObject, Negotiation, SignedEnvelope } from '../model.js';
import { refusal } from '../reasons.js';
import { sameMeaning } from './terms.js';

/** The agreement's envelope is the first of each signer under the agreement. */
const agreementSequence = 1;

/** What the provider signs: the statement that both sides will hold, and who may see its record. */
interface Signable {
  readonly statement: AgreementStatement;
  readonly text: string;
  readonly digest: Agreement['digest'];
}

function signable(
  context: ControlContext,
  negotiation: Negotiation,
  agreement: JsonObject,
  time: string,
  salt: string,
): Signable {
  const own = context.identity.id;
  const peerPid = negotiation.peerPid ?? '';
  const provider = negotiation.role === 'provider';
  const statement: AgreementStatement = {
    version: '1',
    type: 'agreement',
    agreement,
    providerPid: provider ? negotiation.pid : peerPid,
    consumerPid: provider ? peerPid : negotiation.pid,
    provider: provider ? own : negotiation.peer,
    consumer: provider ? negotiation.peer : own,
    time,
    salt,
  };
  const { bytes, id } = writeStatement(statement);
  return { statement, text: Buffer.from(bytes).toString('utf8'), digest: id };
}

function envelopeOf({ statement, digest }: Signable, signer: string): Envelope {
  return {
    version: '1',
    type: 'agreement',
    statement: digest,
    agreement: digest,
    sequence: String(agreementSequence),
    signer,
    parties: { provider: statement.provider, consumer: statement.consumer, auditors: auditorsOf(statement.agreement) },
  };
}

async function signOwn(context: ControlContext, made: Signable): Promise<SignedEnvelope> {
  const { id, signing } = context.identity;
  return { envelope: await signEnvelope(envelopeOf(made, id), signing), keyStatement: signing.keyStatement };
}

/**
 * The provider's agreement on what the consumer asked for, signed, and the members of ContractAgreementMessage.
 *
 * @throws EvidenceError when the peer's pids are none that evidence can name
 */
export async function proposeAgreement(
  context: ControlContext,
  negotiation: Negotiation,
): Promise<{ agreement: Agreement; members: JsonObject }> {
  const now = context.clock.now();
  const { assigner: _a, assignee: _b, '@context': _c, ...asked } = negotiation.offer;
  const policy: JsonObject = {
    ...asked,
    '@type': 'Agreement',
    '@id': `urn:uuid:${context.random.uuid()}`,
    target: negotiation.dataset,
    assigner: context.identity.id,
    assignee: negotiation.peer,
    timestamp: instant(now),
  };
  const made = signable(context, negotiation, policy, instant(now), saltOf(context.random.bytes(16)));
  const own = await signOwn(context, made);
  const { time, salt } = made.statement;
  return {
    agreement: agreementRecord(negotiation, made, own, undefined, now),
    members: { agreement: policy, [extension.evidence]: { time, salt, ...own } },
  };
}

/**
 * The consumer's check of a ContractAgreementMessage: it says exactly what was asked for, between the two parties that
 * the channel proved, and the provider has signed it. Gives the agreement with our own signature.
 *
 * @throws ConnectorError AGREEMENT_INVALID, POLICY_INVALID, EVIDENCE_INVALID
 */
export async function acceptAgreement(context: ControlContext, negotiation: Negotiation): Promise<Agreement> {
  const message = negotiation.proposal ?? {};
  const policy = objectMember(message, 'agreement') ?? {};
  const parties: readonly (readonly [string, string])[] = [
    ['assigner', negotiation.peer],
    ['assignee', context.identity.id],
    ['target', negotiation.dataset],
  ];
  for (const [member, expected] of parties) {
    if (policy[member] === expected) continue;
    throw refusal(
      'AGREEMENT_INVALID',
      `Expected an agreement with ${member} ${expected}, got ${String(policy[member])}.`,
    );
  }
  const difference = sameMeaning(policy, negotiation, context.identity.id);
  if (difference !== undefined) throw refusal('AGREEMENT_INVALID', difference.en, difference.zh);
  demandKept(policy, 'Agreement', negotiation.peer);

  const evidence = objectMember(message, extension.evidence);
  if (evidence === undefined && context.unsigned === 'refuse') throw unsignedPeer(negotiation.peer);
  const now = context.clock.now();
  const time = (evidence && textMember(evidence, 'time')) ?? instant(now);
  const salt = (evidence && textMember(evidence, 'salt')) ?? saltOf(context.random.bytes(16));
  const made = await asEvidence('the agreement statement', async () =>
    signable(context, negotiation, policy, time, salt),
  );
  const theirs = evidence && (await verifyTheirs(context, negotiation, made, evidence));
  return agreementRecord(negotiation, made, await signOwn(context, made), theirs, now);
}

/**
 * The provider's check of the evidence in ContractAgreementVerificationMessage: the consumer has signed the statement
 * that we signed.
 *
 * @throws ConnectorError EVIDENCE_INVALID
 */
export async function verifyConsumer(
  context: ControlContext,
  negotiation: Negotiation,
  agreement: Agreement,
  evidence: JsonObject | undefined,
): Promise<Agreement> {
  if (evidence === undefined) {
    if (context.unsigned === 'refuse') throw unsignedPeer(negotiation.peer);
    return agreement;
  }
  const { time, salt } = JSON.parse(agreement.statement) as AgreementStatement;
  const made = signable(context, negotiation, agreement.policy, time, salt);
  return { ...agreement, theirs: await verifyTheirs(context, negotiation, made, evidence) };
}

async function verifyTheirs(
  context: ControlContext,
  negotiation: Negotiation,
  made: Signable,
  evidence: JsonObject,
): Promise<SignedEnvelope> {
  const envelope = textMember(evidence, 'envelope') ?? '';
  const keyStatement = textMember(evidence, 'keyStatement') ?? '';
  const { authorities } = context.identity.trust;
  const signed = await asEvidence('the envelope over the agreement', () =>
    verifyEnvelope(envelope, keyStatement, authorities, { at: context.clock.now() }),
  );
  // The envelope must be over our own statement, name the same people, and be signed by the peer of this channel (I4).
  const expected = envelopeOf(made, negotiation.peer);
  const { parties, ...rest } = signed;
  const same =
    rest.statement === expected.statement &&
    rest.agreement === expected.agreement &&
    rest.type === expected.type &&
    rest.sequence === expected.sequence &&
    rest.signer === expected.signer &&
    JSON.stringify(partiesList(parties)) === JSON.stringify(partiesList(expected.parties));
  if (same) return { envelope, keyStatement };
  throw refusal(
    'EVIDENCE_INVALID',
    `Expected the envelope of ${negotiation.peer} over agreement ${made.digest}; it is over another.`,
  );
}

function partiesList(parties: Envelope['parties']): unknown {
  return [parties?.provider, parties?.consumer, parties?.auditors];
}

function agreementRecord(
  negotiation: Negotiation,
  made: Signable,
  own: SignedEnvelope,
  theirs: SignedEnvelope | undefined,
  at: number,
): Agreement {
  const policy = made.statement.agreement;
  return {
    digest: made.digest,
    id: textMember(policy, '@id') ?? '',
    role: negotiation.role,
    peer: negotiation.peer,
    address: negotiation.address,
    negotiation: negotiation.pid,
    dataset: negotiation.dataset,
    policy,
    statement: made.text,
    own,
    ...(theirs === undefined ? {} : { theirs }),
    sequence: agreementSequence + 1,
    lane: 0,
    created: at,
  };
}

async function asEvidence<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw refusal('EVIDENCE_INVALID', `Expected ${what} to verify: ${cause.message}`, undefined, cause);
  }
}

function unsignedPeer(peer: string): Error {
  return refusal(
    'EVIDENCE_INVALID',
    `${peer} signed nothing, and agreements with peers that do not sign are refused here.`,
  );
}
