import type { Peer } from '@causeway/certs/peer';
import type { Digest } from '@causeway/evidence';
import type { causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import { signNext } from '../logging/sign-next.js';
import type { SignedEnvelope, Transfer, TransferEnd } from '../model.js';
import type { Context } from './context.js';
import { demandEnvelope, endText, readEnd, startIn } from './end-of-transfer.js';

/**
 * The provider's closing statement: signed and queued for the log in the commit that saves it, before it is sent; the
 * same again when it was saved already.
 */
export async function saveClosing(
  context: Context,
  pid: string,
  sent: { readonly bytes: number; readonly digest: Digest },
): Promise<{ end: TransferEnd; own: SignedEnvelope }> {
  const { control, duties, evidence, identity } = context;
  let text: ReturnType<typeof endText> | undefined;
  const saved = await control.update(pid, async (transfer, agreement) => {
    // What was stopped meanwhile has its end.
    if (transfer.end || transfer.stop) return undefined;
    text ??= endText({ agreement: agreement.digest, transfer: pid, start: startIn(transfer).id, ...sent }, context);
    const signed = await signNext(identity, agreement, 'transfer-end', text.id);
    const { agreement: queued, writes } = evidence.queue(signed.agreement, [signed.own]);
    // The last byte has left: what is owed from now on does not wait for a consumer that might never sign.
    const owed = duties.delivered({ agreement, transfer, closing: text.statement });
    const also = { writes: [...writes, ...owed] };
    return { transfer: { ...transfer, end: { ...text, provider: signed.own } }, agreement: queued, also };
  });
  const end = endOf(saved);
  return { end, own: end.provider };
}

/**
 * Stores the consumer's receipt: its envelope over our statement, or over its own for the same slot when it disputes.
 * @throws ConnectorError EVIDENCE_INVALID
 */
export async function saveReceipt(
  context: Context,
  pid: string,
  peer: Peer,
  receipt: causeway.exchange.v1.Receipt.$Properties,
): Promise<void> {
  const { control, evidence } = context;
  const theirs = { envelope: receipt.envelope ?? '', keyStatement: receipt.keyStatement ?? '' };
  await control.update(pid, async (transfer, agreement) => {
    const end = endOf(transfer);
    if (end.consumer) {
      if (end.consumer.envelope === theirs.envelope) return undefined;
      throw new ConnectorError('EVIDENCE_INVALID', 'expected the receipt that was given before; this one differs');
    }
    const disputed = await verifyReceiptOf(context, transfer, peer, receipt, theirs);
    const { agreement: queued, writes } = evidence.queue(agreement, [theirs]);
    const received = { ...end, consumer: theirs, ...(disputed && { disputed }) };
    return { transfer: { ...transfer, end: received }, agreement: queued, also: { writes } };
  });
}

async function verifyReceiptOf(
  { identity, log }: Context,
  transfer: Transfer,
  peer: Peer,
  receipt: causeway.exchange.v1.Receipt.$Properties,
  theirs: SignedEnvelope,
): Promise<TransferEnd['disputed']> {
  const end = endOf(transfer);
  const { pid, agreement } = transfer;
  const start = startIn(transfer).id;
  const disputes = receipt.statement && receipt.statement.length > 0 ? receipt.statement : undefined;
  const said = disputes
    ? readEnd(disputes, { agreement, transfer: pid, start, disputedBy: peer.id })
    : readEnd(Buffer.from(end.statement), { agreement, transfer: pid, start });
  const expected = { type: 'transfer-end', statement: said.id, agreement, signer: peer.id } as const;
  await demandEnvelope(theirs, { ...expected, at: Date.parse(said.end.time) }, identity.trust.authorities);
  if (!disputes) return undefined;
  log.warn({ transfer: pid, peer: peer.id }, 'the consumer disputes what it received');
  return { statement: said.statement, id: said.id };
}

function endOf({ end }: Transfer): TransferEnd {
  if (!end) throw new ConnectorError('STATE_INVALID', 'expected a closing statement to be stored');
  return end;
}
