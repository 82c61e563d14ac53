import { type AuthorityKeys, type Digest, isDigest, parseStatement } from '@causeway/evidence';
import type { causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import type { Agreement, SignedEnvelope, Transfer } from '../model.js';
import { demandEnvelope, evidence } from './end-of-transfer.js';

/** What a provider says before the first byte, once it has been proven. */
export interface Opened {
  readonly version: Digest;
  readonly size: number;
  readonly start: NonNullable<Transfer['start']>;
  /** The receipts that came with it, of the start and both agreement envelopes: not yet held against the log. */
  readonly logged: readonly (SignedEnvelope & { readonly receipt: string })[];
}

/**
 * Verifies what opens a stream: the start statement is of this transfer and of the bytes announced, the provider signed
 * it, and there is a receipt for every envelope that must be logged before the first byte (I2).
 * @throws ConnectorError EVIDENCE_INVALID, MESSAGE_INVALID
 */
export async function verifyOpened(
  message: causeway.exchange.v1.Opened.$Properties,
  { transfer, agreement }: { readonly transfer: Transfer; readonly agreement: Agreement },
  authorities: AuthorityKeys,
): Promise<Opened> {
  const version = message.version ?? '';
  const size = message.size ?? 0;
  if (!isDigest(version) || !Number.isSafeInteger(size) || size < 0) {
    throw new ConnectorError('MESSAGE_INVALID', 'expected a version and a size of at most 2^53-1 bytes');
  }
  const bytes = message.startStatement ?? new Uint8Array();
  const { statement, id } = evidence(() => parseStatement(bytes));
  if (statement.type !== 'transfer-start') throw invalid(`expected a start statement, got one of ${statement.type}`);
  const expected = {
    agreement: transfer.agreement,
    transfer: transfer.peerPid,
    consumerPid: transfer.pid,
    dataset: transfer.dataset,
    datasetVersion: version,
    size: String(size),
    purpose: transfer.purpose,
  } as const;
  for (const [member, value] of Object.entries(expected)) {
    const said = statement[member as keyof typeof expected];
    if (said !== value) throw invalid(`expected a start statement with ${member} ${value}, got ${said}`);
  }
  if (transfer.start && transfer.start.id !== id)
    throw invalid('expected the start statement given before, got another');

  const logged = (message.logged ?? []).map(({ envelope, keyStatement, receipt }) => ({
    envelope: envelope ?? '',
    keyStatement: keyStatement ?? '',
    receipt: receipt ?? '',
  }));
  const receiptOf = (envelope: string, what: string) => {
    const found = logged.find((each) => each.envelope === envelope);
    if (!found) throw invalid(`expected a receipt of ${what}`);
    return found;
  };
  const start = receiptOf(message.startEnvelope ?? '', 'the start envelope');
  if (!agreement.theirs) throw invalid('expected an agreement signed by both sides');
  const agreed = [
    receiptOf(agreement.own.envelope, 'our envelope'),
    receiptOf(agreement.theirs.envelope, 'their envelope'),
  ];
  const signed = { type: 'transfer-start', statement: id, agreement: agreement.digest, signer: transfer.peer } as const;
  await demandEnvelope(start, { ...signed, at: Date.parse(statement.time) }, authorities);
  const { envelope, keyStatement } = start;
  return {
    ...{ version, size },
    start: { statement: Buffer.from(bytes).toString(), id, envelope, keyStatement },
    // Their key statements are those we verified with the agreement, whatever came along here.
    logged: [start, ...agreed.map((each, index) => ({ ...each, ...(index === 0 ? agreement.own : agreement.theirs) }))],
  };
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('EVIDENCE_INVALID', message);
}
