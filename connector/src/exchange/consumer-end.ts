import type { Digest } from '@causeway/evidence';
import type { causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import { signNext } from '../logging/sign-next.js';
import type { FileSink, SignedEnvelope, Transfer, TransferEnd } from '../model.js';
import type { Context } from './context.js';
import { demandEnvelope, type EndText, endText, readEnd, startIn } from './end-of-transfer.js';

/** The provider's closing statement, proven. */
export interface Closing extends EndText {
  readonly bytes: string;
  readonly digest: Digest;
  readonly provider: SignedEnvelope;
}

/**
 * Verifies the closing statement: of this transfer, signed by its provider, and the same as before on a resumed stream.
 * @throws ConnectorError EVIDENCE_INVALID
 */
export async function verifyClosing(
  { identity }: Context,
  transfer: Transfer,
  message: causeway.exchange.v1.Closing.$Properties,
): Promise<Closing> {
  const { agreement, end: before } = transfer;
  const expected = { agreement, transfer: transfer.peerPid ?? '', start: startIn(transfer).id };
  const { statement, id, end } = readEnd(message.statement ?? new Uint8Array(), expected);
  if (before && before.id !== id) {
    throw new ConnectorError('EVIDENCE_INVALID', 'expected the closing statement given before, got another');
  }
  const provider = { envelope: message.envelope ?? '', keyStatement: message.keyStatement ?? '' };
  await demandEnvelope(
    provider,
    { type: 'transfer-end', statement: id, agreement, signer: transfer.peer, at: Date.parse(end.time) },
    identity.trust.authorities,
  );
  return { statement, id, provider, bytes: end.bytes, digest: end.digest };
}

/**
 * Saves that the bytes are whole and right, and our envelope over the closing statement, in one commit with what is to be
 * logged: from here on the receipt is the same whatever happens.
 */
export function saveSealed(
  context: Context,
  pid: string,
  closing: Closing,
  received: { readonly bytes: number; readonly digest: Digest },
): Promise<Transfer> {
  return saveEnd(context, pid, closing, closing, (transfer) => ({
    sink: { ...sinkOf(transfer), stage: 'sealed', ...received },
  }));
}

/** Saves an end statement of our own over the bytes that we received instead. */
export function saveDispute(
  context: Context,
  transfer: Transfer,
  closing: Closing,
  received: { readonly bytes: number; readonly digest: Digest },
): Promise<Transfer> {
  const { agreement, peerPid = '', pid } = transfer;
  const ending = {
    agreement,
    transfer: peerPid,
    start: startIn(transfer).id,
    ...received,
    disputedBy: context.identity.id,
  };
  const own = endText(ending, context);
  return saveEnd(context, pid, closing, own, (current) => ({
    sink: { ...sinkOf(current), ...received },
    disputed: own,
  }));
}

/**
 * Saves that the bytes are whole, where no closing statement comes with them: the word of this side alone. What the contract demands
 * of them counts from now.
 */
export function saveFetched(
  { clock, control, duties, records }: Context,
  pid: string,
  received: { readonly bytes: number; readonly digest: Digest },
): Promise<Transfer> {
  return control.update(pid, async (transfer, agreement) => {
    const sink = sinkOf(transfer);
    if (sink.stage !== 'receiving') return undefined;
    const owed = duties.delivered({ agreement, transfer, closing: { at: clock.now(), bytes: received.bytes } });
    const also = { writes: [...owed, records.partials.delete([pid])] };
    return { transfer: { ...transfer, sink: { ...sink, stage: 'sealed', ...received } }, also };
  });
}

/** @param inode of the file that was placed, by which it is known again when it has to be deleted */
export async function savePlaced({ control }: Context, pid: string, inode: string): Promise<Transfer> {
  return control.update(pid, async (transfer) => {
    const sink = sinkOf(transfer);
    if (sink.stage === 'placed') return undefined;
    return { transfer: { ...transfer, sink: { ...sink, stage: 'placed', inode } } };
  });
}

/** Saves that what had been received of a transfer was removed: it is no data, and nobody has a right to it. */
export async function saveDiscarded({ control, records }: Context, pid: string): Promise<Transfer> {
  return control.update(pid, async (transfer) => {
    const sink = sinkOf(transfer);
    if (sink.stage !== 'receiving') return undefined;
    const also = { writes: [records.partials.delete([pid])] };
    return { transfer: { ...transfer, sink: { ...sink, stage: 'discarded' } }, also };
  });
}

/** What we answer to the closing statement, out of what is stored. */
export function receiptOf(end: TransferEnd): causeway.exchange.v1.Receipt.$Properties {
  const { consumer, disputed } = end;
  if (!consumer) throw new ConnectorError('STATE_INVALID', 'expected our envelope over the end to be stored');
  return { ...consumer, ...(disputed && { statement: Buffer.from(disputed.statement) }) };
}

export function sinkOf({ sink }: Transfer): FileSink {
  if (!sink) throw new ConnectorError('SINK_UNWRITABLE', 'the transfer does not say where its bytes go');
  return sink;
}

async function saveEnd(
  { control, duties, evidence, identity, records }: Context,
  pid: string,
  { statement, id, provider }: Closing,
  signs: EndText,
  more: (transfer: Transfer) => { sink: FileSink; disputed?: EndText },
): Promise<Transfer> {
  return control.update(pid, async (transfer, agreement) => {
    if (transfer.end) return undefined;
    // INVARIANT: what was stopped is not signed for, however late its last byte came.
    if (transfer.state !== 'STARTED' || transfer.intent !== undefined) {
      throw new ConnectorError('TRANSFER_STOPPED', `expected a started transfer; ${pid} was stopped`);
    }
    const signed = await signNext(identity, agreement, 'transfer-end', signs.id);
    const { agreement: queued, writes } = evidence.queue(signed.agreement, [provider, signed.own]);
    const { sink, disputed } = more(transfer);
    const end = { statement, id, provider, consumer: signed.own, ...(disputed && { disputed: textOf(disputed) }) };
    // What the contract demands of the bytes it demands of disputed ones too: they lie here.
    const owed = duties.delivered({ agreement, transfer, closing: statement });
    const also = { writes: [...writes, ...owed, records.partials.delete([pid])] };
    return { transfer: { ...transfer, sink, end }, agreement: queued, also };
  });
}

function textOf({ statement, id }: EndText): EndText {
  return { statement, id };
}
