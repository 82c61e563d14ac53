import { type AuditBundle, auditBundleBytes, type ConsistencyProof } from '../audit/bundle.js';
import { type Digest, digestOf } from '../digest.js';
import { jwkOf } from '../jws/jwk.js';
import { proveConsistency } from '../merkle/prove.js';
import { parseCheckpoint } from '../note/checkpoint.js';
import { readReceipt } from '../note/tlog-proof.js';
import { noteVerifier } from '../note/vkey.js';
import { auditorsMember } from '../record/auditors.js';
import { type Envelope, signEnvelope } from '../record/envelope.js';
import { leafData } from '../record/leaf.js';
import {
  type AgreementStatement,
  type DutyStatement,
  type EndStatement,
  type StartStatement,
  type Statement,
  saltOf,
  writeStatement,
} from '../record/statement.js';
import type { AgreementEndStatement, TransferStopStatement } from '../record/stopping.js';
import { issueTrustBundle, type TrustBundle } from '../trust/trust-bundle.js';
import { authority, keyOf, signedKeyStatementOf } from './keys.js';
import { fetchFrom, MemoryLog } from './memory-log.js';

export const provider = 'urn:causeway:mill';
export const consumer = 'urn:causeway:maker';
export const parties = { provider, consumer, auditors: ['urn:causeway:auditor'] };
const dataset = `${provider}:energy`;
const salt = saltOf(new Uint8Array(16));
const some = digestOf('some');

export const agreementStatement: AgreementStatement = {
  version: '1',
  type: 'agreement',
  agreement: {
    ...{ '@id': 'urn:uuid:1', '@type': 'Agreement', assigner: provider, assignee: consumer, target: dataset },
    [auditorsMember]: parties.auditors,
  },
  providerPid: 'urn:uuid:2',
  consumerPid: 'urn:uuid:3',
  provider,
  consumer,
  time: '2026-05-01T10:00:00.000Z',
  salt,
};

export const agreement: Digest = writeStatement(agreementStatement).id;

export const startStatement: StartStatement = {
  version: '1',
  type: 'transfer-start',
  agreement,
  transfer: 'urn:uuid:4',
  consumerPid: 'urn:uuid:5',
  dataset,
  datasetVersion: some,
  size: '1024',
  purpose: 'planning',
  decision: some,
  time: '2026-05-01T10:01:00.000Z',
  salt,
};

export const endStatement: EndStatement = {
  version: '1',
  type: 'transfer-end',
  agreement,
  transfer: 'urn:uuid:4',
  start: writeStatement(startStatement).id,
  bytes: '1024',
  digest: some,
  outcome: 'complete',
  time: '2026-05-01T10:02:00.000Z',
  salt,
};

/** What the consumer signs when it received something else. */
export const disputingStatement: EndStatement = {
  ...endStatement,
  bytes: '1000',
  digest: digestOf('other'),
  outcome: 'disputed',
  signer: consumer,
};

/** The provider stopped what it had started. */
export const stopStatement: TransferStopStatement = {
  version: '1',
  type: 'transfer-stop',
  agreement,
  transfer: 'urn:uuid:4',
  start: writeStatement(startStatement).id,
  by: provider,
  decision: some,
  code: 'POLICY_DENIED',
  reason: 'permitted before noon; it is noon',
  time: '2026-05-01T12:00:00.000Z',
  salt,
};

/** The consumer wants no more of it. */
export const agreementEndStatement: AgreementEndStatement = {
  version: '1',
  type: 'agreement-end',
  agreement,
  signer: consumer,
  code: 'OPERATOR',
  reason: 'the project is over',
  time: '2026-05-01T12:00:00.000Z',
  salt,
};

/** The consumer kept its obligation to delete in time. */
export const dutyStatement: DutyStatement = {
  version: '1',
  type: 'duty',
  agreement,
  duty: 'obligation/0',
  action: 'delete',
  transfer: 'urn:uuid:4',
  outcome: 'fulfilled',
  result: 'deleted',
  deleted: { bytes: '1024', digest: some },
  due: '2026-05-31T10:02:00.000Z',
  time: '2026-05-31T10:01:00.000Z',
  salt,
};

export function envelopeOf(statement: Statement, signer: string, sequence: string): Envelope {
  const { type } = statement;
  const { id } = writeStatement(statement);
  const envelope = { version: '1', type, statement: id, agreement, sequence, signer } as const;
  return type === 'agreement' ? { ...envelope, parties } : envelope;
}

export function trustBundleOf(log: { origin: string; vkey: string }): TrustBundle {
  return {
    version: '1',
    space: 'test',
    sequence: '3',
    issued: '2026-01-01T00:00:00.000Z',
    roots: ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    authority: {
      id: 'urn:causeway:authority',
      https: 'https://authority.example',
      keys: [{ kid: authority.kid, key: jwkOf(authority.publicKey) }],
    },
    broker: { id: 'urn:causeway:broker', https: 'https://broker.example', grpc: 'broker.example:443' },
    clearingHouse: {
      id: 'urn:causeway:clearing-house',
      grpc: 'log.example:443',
      https: 'https://log.example',
      origin: log.origin,
      vkey: log.vkey,
    },
  };
}

/** One envelope to log: a statement, who signs it, and what is unusual about the envelope. */
export interface Signing {
  readonly statement: Statement;
  readonly signer: string;
  readonly sequence: string;
  readonly change?: Partial<Envelope>;
  /** Its envelope is in the log, but not in the bundle. */
  readonly withheld?: boolean;
  /** Its statement is not in the bundle. */
  readonly unreleased?: boolean;
}

/** The usual record: an agreement and one transfer, both ends signed by both. */
export const usual: readonly Signing[] = [
  { statement: agreementStatement, signer: provider, sequence: '1' },
  { statement: agreementStatement, signer: consumer, sequence: '1' },
  { statement: startStatement, signer: provider, sequence: '2' },
  { statement: endStatement, signer: provider, sequence: '3' },
  { statement: endStatement, signer: consumer, sequence: '2' },
];

/** The same with a duty that was kept. */
export const dutiful: readonly Signing[] = [...usual, { statement: dutyStatement, signer: consumer, sequence: '3' }];

/** What whoever audits takes from the log. */
export async function publishedBy(log: MemoryLog) {
  const published = { files: await log.published(), checkpoint: await log.checkpoint() };
  const options = { pins: [authority.kid], checkpoint: published.checkpoint, fetchTile: fetchFrom(published.files) };
  return { published, options };
}

/** A log that holds this record between other leaves, and the bundle about it. */
export async function recordOf(signings: readonly Signing[], log: MemoryLog = new MemoryLog()) {
  log.append(leafData('another envelope'));
  const entries: AuditBundle['entries'] = [];
  for (const { statement, signer, sequence, change, withheld } of signings) {
    const envelope = await signEnvelope({ ...envelopeOf(statement, signer, sequence), ...change }, keyOf(signer));
    const receipt = await log.receipt(log.append(leafData(envelope)));
    if (!withheld) entries.push({ envelope, keyStatement: await signedKeyStatementOf(signer), receipt });
  }
  const held = await log.checkpoint();
  log.append(leafData('a later envelope'));
  const released = signings.filter(({ withheld, unreleased }) => !withheld && !unreleased);
  const statements = new Set(released.map(({ statement }) => Buffer.from(writeStatement(statement).bytes).toString()));
  const bundle: AuditBundle = {
    version: '2',
    trust: await issueTrustBundle(trustBundleOf(log), authority),
    agreement,
    statements: [...statements],
    entries,
    checkpoint: held,
    consistency: await proofsOf(entries, held, log),
  };
  return { log, bundle, bytes: auditBundleBytes(bundle), ...(await publishedBy(log)) };
}

/** For each earlier checkpoint of a receipt: that the one of the bundle continues it. */
async function proofsOf(entries: AuditBundle['entries'], held: string, log: MemoryLog): Promise<ConsistencyProof[]> {
  const verifier = noteVerifier(log.vkey);
  const { size: to } = parseCheckpoint(held, verifier);
  const sizes = entries.map(({ receipt }) => parseCheckpoint(readReceipt(receipt).checkpoint, verifier).size);
  const earlier = [...new Set(sizes)].filter((size) => size < to);
  return Promise.all(
    earlier.map(async (from) => {
      const proof = await proveConsistency(from, to, log.hashes());
      return { from: String(from), proof: proof.map((hash) => Buffer.from(hash).toString('base64url')) };
    }),
  );
}
