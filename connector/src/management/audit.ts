import { type AuditBundle, auditBundleBytes, type Digest, readEnvelope } from '@causeway/evidence';
import type { DutyAnswer } from '../duties/record.js';
import { ConnectorError } from '../errors.js';
import type { Agreement, SignedEnvelope, Transfer } from '../model.js';
import type { Records } from '../records.js';
import { loggedElsewhere, type RecordContext } from './logged-record.js';

/**
 * Everything we hold of one agreement's record: statements, envelopes, key statements and receipts, with the trust
 * bundle and the latest checkpoint we verified. What is not logged yet is not in it.
 *
 * @throws ConnectorError NOT_FOUND, EVIDENCE_PENDING
 */
export async function auditBundle(
  context: RecordContext & { readonly records: Records },
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
  const view = (await records.logView.get('log'))?.value;
  if (view === undefined || logged.length === 0) {
    throw new ConnectorError(
      'EVIDENCE_PENDING',
      'Nothing of this agreement has a receipt of the log yet; try again later.',
    );
  }
  const entries = logged.toSorted((a, b) => Number(BigInt(a.index) - BigInt(b.index)));
  const named = new Set(entries.map(({ envelope }) => readEnvelope(envelope).envelope.statement));
  const bundle: AuditBundle = {
    version: '1',
    trust: identity.trust.jws,
    agreement: agreement.digest,
    statements: [...named].flatMap((id) => statements.get(id) ?? []),
    entries: entries.map(({ envelope, keyStatement, receipt }) => ({ envelope, keyStatement, receipt })),
    checkpoint: view.note,
  };
  return { bytes: auditBundleBytes(bundle), statements: bundle.statements.length };
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
  for (const one of [agreement.ended, agreement.endedToo]) if (one !== undefined) held.set(one.id, one.statement);
  for (const { start, stop, end } of transfers) {
    for (const one of [start, stop, end, end?.disputed]) if (one !== undefined) held.set(one.id, one.statement);
  }
  return held;
}
