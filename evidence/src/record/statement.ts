import { type Digest, digestOf } from '../digest.js';
import { EvidenceError } from '../errors.js';
import { canonicalJson, type Json, parseCanonical } from '../json/canonical.js';
import {
  anyObject,
  decimal,
  digest,
  identifier,
  instant,
  isObject,
  object,
  oneOf,
  type Reader,
  refuse,
  text,
} from '../json/shape.js';
import { pid, salt, version } from './members.js';
import {
  type AgreementEndStatement,
  readAgreementEnd,
  readTransferStop,
  type TransferStopStatement,
} from './stopping.js';

/** The longest statement, in bytes of canonical JSON. */
export const statementLimit = 262_144;

/** What both sides agreed. Its id is the agreement digest that all other evidence names. */
export type AgreementStatement = {
  version: '1';
  type: 'agreement';
  /** The `agreement` member exactly as parsed from the ContractAgreementMessage. */
  agreement: { [key: string]: Json };
  providerPid: string;
  consumerPid: string;
  provider: string;
  consumer: string;
  /** By the provider's clock. */
  time: string;
  salt: string;
};

/** What the provider is about to send under which decision; logged before the first byte leaves. */
export type StartStatement = {
  version: '1';
  type: 'transfer-start';
  agreement: Digest;
  /** The provider's pid of the transfer process. */
  transfer: string;
  consumerPid: string;
  dataset: string;
  datasetVersion: Digest;
  /** Bytes, decimal. */
  size: string;
  /** As the consumer declared it. */
  purpose?: string;
  /** Present when the token that opens it is bound to no certificate: whoever holds it can fetch the data. */
  token?: 'unbound';
  /** Digest of the provider's decision record. */
  decision: Digest;
  time: string;
  salt: string;
};

/** What was sent. Both sides sign the same one, or the consumer signs one of its own for the same slot and disputes. */
export type EndStatement = {
  version: '1';
  type: 'transfer-end';
  agreement: Digest;
  transfer: string;
  /** Id of the start statement. */
  start: Digest;
  /** Decimal. */
  bytes: string;
  /** Of the bytes sent; of the bytes received, when disputed. */
  digest: Digest;
  outcome: 'complete' | 'disputed';
  /** Who disputes; exactly on a consumer's own disputing statement. */
  signer?: string;
  time: string;
  salt: string;
};

/** How an obligation of the agreement went, by the word of the consumer that owes it: it alone signs. */
export type DutyStatement = {
  version: '1';
  type: 'duty';
  agreement: Digest;
  /** Where the duty stands in the policy, as `obligation/0`, `obligation/0/consequence/1`. */
  duty: string;
  /** What it demands, an ODRL action. */
  action: string;
  /** The provider's pid of the transfer it came with; absent when the agreement alone brought it. */
  transfer?: string;
  outcome: 'fulfilled' | 'violated';
  /**
   * What was done. `gone`: the file was not where it had been put, and who took it is not known. `replaced`: another file, or
   * another content, stands there, which was left alone. `kept`: it could not be removed, and another statement follows.
   */
  result: (typeof dutyResults)[number];
  /** What was deleted; exactly with `deleted`. */
  deleted?: { bytes: string; digest: Digest };
  /** When it was due at the latest; absent when nothing says so. */
  due?: string;
  /** By the consumer's clock. */
  time: string;
  salt: string;
};

export const dutyResults = ['deleted', 'gone', 'replaced', 'kept', 'informed', 'logged'] as const;
const doneResults: readonly DutyStatement['result'][] = ['deleted', 'informed', 'logged'];

/** Layer 1 of the evidence: private, known to both parties and to whomever they release it to. */
export type Statement =
  | AgreementStatement
  | StartStatement
  | EndStatement
  | TransferStopStatement
  | AgreementEndStatement
  | DutyStatement;

const readAgreement = object({
  version,
  type: oneOf('agreement'),
  agreement: anyObject,
  providerPid: pid,
  consumerPid: pid,
  provider: identifier,
  consumer: identifier,
  time: instant,
  salt,
});

const readStart = object(
  {
    version,
    type: oneOf('transfer-start'),
    agreement: digest,
    transfer: pid,
    consumerPid: pid,
    dataset: identifier,
    datasetVersion: digest,
    size: decimal,
    decision: digest,
    time: instant,
    salt,
  },
  { purpose: text(1_000), token: oneOf('unbound') },
);

const readEndMembers = object(
  {
    version,
    type: oneOf('transfer-end'),
    agreement: digest,
    transfer: pid,
    start: digest,
    bytes: decimal,
    digest,
    outcome: oneOf('complete', 'disputed'),
    time: instant,
    salt,
  },
  { signer: identifier },
);

const readEnd: Reader<EndStatement> = (value, pointer) => {
  const end = readEndMembers(value, pointer);
  if ((end.outcome === 'disputed') !== (end.signer !== undefined)) {
    refuse(`${pointer}/signer`, 'a signer exactly on a disputing statement', end.signer);
  }
  return end;
};

const readDutyMembers = object(
  {
    version,
    type: oneOf('duty'),
    agreement: digest,
    duty: text(200, /^[a-z]+\/\d+(\/[a-z]+\/\d+)*$/, 'the place of a duty in the policy'),
    action: text(200, /^\S+$/, 'an action'),
    outcome: oneOf('fulfilled', 'violated'),
    result: oneOf(...dutyResults),
    time: instant,
    salt,
  },
  { transfer: pid, due: instant, deleted: object({ bytes: decimal, digest }) },
);

const readDuty: Reader<DutyStatement> = (value, pointer) => {
  const duty: DutyStatement = readDutyMembers(value, pointer);
  if ((duty.result === 'deleted') !== (duty.deleted !== undefined)) {
    refuse(`${pointer}/deleted`, 'what was deleted, exactly with that result', duty.deleted);
  }
  if (duty.outcome === 'violated') return duty;
  // What was not done, or not in time, is not fulfilled, whatever its signer would like to say.
  if (!doneResults.includes(duty.result)) refuse(`${pointer}/outcome`, `"violated" with ${duty.result}`, duty.outcome);
  if (duty.due !== undefined && duty.time > duty.due)
    refuse(`${pointer}/outcome`, '"violated" when late', duty.outcome);
  return duty;
};

const readers: Record<Statement['type'], Reader<Statement>> = {
  agreement: readAgreement,
  'transfer-start': readStart,
  'transfer-end': readEnd,
  'transfer-stop': readTransferStop,
  'agreement-end': readAgreementEnd,
  duty: readDuty,
};

export const statementTypes = [
  'agreement',
  'transfer-start',
  'transfer-end',
  'transfer-stop',
  'agreement-end',
  'duty',
] as const;
const readType = oneOf(...statementTypes);

const readStatement: Reader<Statement> = (value, pointer) => {
  if (!isObject(value)) return refuse(pointer, 'an object', value);
  return readers[readType(value.type ?? null, `${pointer}/type`)](value, pointer);
};

/**
 * The salt of a statement from 16 random bytes: without it, whoever guesses a statement could check the guess against its
 * digest.
 *
 * @throws TypeError for another number of bytes
 */
export function saltOf(random: Uint8Array): string {
  if (random.length !== 16) throw new TypeError(`expected 16 random bytes, got ${random.length}`);
  return Buffer.from(random).toString('base64url');
}

/**
 * The bytes of a statement, its canonical form in UTF-8, and its id, which is their digest.
 *
 * @throws EvidenceError SHAPE_INVALID, TOO_LARGE when the statement is not one a reader would accept
 */
export function writeStatement(statement: Statement): { bytes: Uint8Array; id: Digest } {
  const bytes = Buffer.from(canonicalJson(statement));
  if (bytes.length > statementLimit) {
    throw new EvidenceError(
      'TOO_LARGE',
      `expected a statement of at most ${statementLimit} bytes, got ${bytes.length}`,
    );
  }
  readStatement(statement, '');
  return { bytes, id: digestOf(bytes) };
}

/**
 * Reads a statement from its bytes, or from their text.
 *
 * @throws EvidenceError TOO_LARGE, NOT_CANONICAL, SHAPE_INVALID
 */
export function parseStatement(bytes: Uint8Array | string): { statement: Statement; id: Digest } {
  return { statement: readStatement(parseCanonical(bytes, statementLimit), ''), id: digestOf(bytes) };
}
