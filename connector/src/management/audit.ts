import { type AuditBundle, auditBundleBytes, type Digest, readEnvelope, treeSizes } from '@causeway/evidence';
import type { DutyAnswer } from '../duties/record.js';
import { ConnectorError } from '../errors.js';
import { TileFault } from '../logging/tile-cache.js';
import type { Agreement, SignedEnvelope, Transfer } from '../model.js';
import type { LoggedReceipt } from '../ports.js';
import type { Records } from '../records.js';
import { endingsOf, statementsOf as statementsIn } from '../release/statement-index.js';
import { loggedElsewhere, type RecordContext } from './logged-record.js';

export interface AuditContext extends RecordContext {
  readonly records: Records;
}

/**
 * Everything we hold of one agreement's record: statements, envelopes, key statements and receipts, with the trust
 * bundle, the latest checkpoint we verified, and proofs that those of the receipts are its beginning. What is not logged yet
 * is not in it, and while the log is away the proofs are not: then it takes the published log to verify it.
 *
 * @throws ConnectorError NOT_FOUND, EVIDENCE_PENDING
 */
export async function auditBundle(
  context: AuditContext,
  digest: string,
): Promise<{ bytes: Uint8Array; statements: number }> {
  const { records, evidence, identity } = context;
  const agreement = (await records.agreements.get(digest))?.value;
  if (agreement === undefined) throw new ConnectorError('NOT_FOUND', `There is no agreement ${digest}.`);
  const transfers: Transfer[] = [];
  for await (const { value } of records.transfersOf.all([digest])) {
    const transfer = (await records.transfers.get(value.pid))?.value;
    if (transfer !== undefined) transfers.push(transfer);
  }
  const answers: DutyAnswer[] = [];
  for await (const { value } of records.duties.all([digest])) answers.push(...value.answers);
  const statements = statementsOf(agreement, transfers);
  for (const { id, statement } of answers) statements.set(id, statement);
  const own = await evidence.receipts([...envelopesOf(agreement, transfers), ...answers]);
  const held = new Set(own.map((one) => one.digest));
  const logged = [...own, ...(await loggedElsewhere(context, agreement, held))];
  const proven = await proofs(context, logged);
  if (proven === undefined || logged.length === 0) {
    throw new ConnectorError(
      'EVIDENCE_PENDING',
      'Nothing of this agreement has a receipt of the log yet; try again later.',
    );
  }
  const entries = logged.toSorted((a, b) => Number(BigInt(a.index) - BigInt(b.index)));
  const named = new Set(entries.map(({ envelope }) => readEnvelope(envelope).envelope.statement));
  const bundle: AuditBundle = {
    version: '2',
    trust: identity.trust.jws,
    agreement: agreement.digest,
    statements: [...named].flatMap((id) => statements.get(id) ?? []),
    entries: entries.map(({ envelope, keyStatement, receipt }) => ({ envelope, keyStatement, receipt })),
    checkpoint: proven.note,
    consistency: proven.consistency,
  };
  return { bytes: auditBundleBytes(bundle), statements: bundle.statements.length };
}

async function proofs({ evidence, log, records }: AuditContext, logged: readonly LoggedReceipt[]) {
  try {
    return await evidence.prove(treeSizes(logged.map(({ receipt }) => receipt)));
  } catch (error) {
    if (!(error instanceof ConnectorError) && !(error instanceof TileFault)) throw error;
    log.warn({ err: error }, 'the log could not be read: the exported record needs it to be verified');
    const view = (await records.logView.get('log'))?.value;
    return view && { note: view.note, consistency: [] };
  }
}

function envelopesOf(agreement: Agreement, transfers: readonly Transfer[]): SignedEnvelope[] {
  const all = [
    agreement.own,
    agreement.theirs,
    agreement.ended,
    agreement.endedToo,
    ...transfers.flatMap(({ start, stop, end }) => [start, stop, end?.provider, end?.consumer]),
  ];
  return all.filter((one) => one !== undefined).map(({ envelope, keyStatement }) => ({ envelope, keyStatement }));
}

function statementsOf(agreement: Agreement, transfers: readonly Transfer[]): Map<Digest, string> {
  const held = new Map<Digest, string>([[agreement.digest, agreement.statement]]);
  for (const { id, statement } of [...endingsOf(agreement), ...transfers.flatMap(statementsIn)])
    held.set(id, statement);
  return held;
}
