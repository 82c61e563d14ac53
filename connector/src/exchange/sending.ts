import type { Digest, StartStatement } from '@causeway/evidence';
import { ConnectorError } from '../errors.js';
import type { Agreement, FileSource, Transfer } from '../model.js';
import type { LoggedReceipt } from '../ports.js';
import { chunksOf } from './chunks.js';
import type { Context } from './context.js';
import { saidAtStart, startIn } from './end-of-transfer.js';
import { openSource } from './file-source.js';
import type { OpenStream } from './open-streams.js';

/** Which bytes an opening asks for: from `offset` up to `end`, which is not among them. */
export interface Place {
  readonly offset: number;
  readonly end: number;
}

/** An opening that was decided on, and what the log has answered for. */
export interface Permitted extends Place {
  readonly transfer: Transfer;
  readonly agreement: Agreement;
  readonly version: Digest;
  readonly size: number;
  readonly logged: readonly LoggedReceipt[];
}

/**
 * What every format of transfer has in common at its provider: the decision at each opening, evidence before data, and the bytes.
 */
export class Sending {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Decides on an opening, on what is stored now, and waits for the log. From here on the transfer has been opened.
   *
   * @param place what is asked for, by the size and version that the start statement names; may throw
   * @throws ConnectorError with the code of the refusal
   */
  async permit(pid: string, signal: AbortSignal, place: (said: StartStatement) => Place): Promise<Permitted> {
    const { control, evidence, evidenceWaitMs } = this.#context;
    const { transfer, agreement } = await control.authorize(pid);
    const said = saidAtStart(transfer);
    const size = Number(said.size);
    const asked = place(said);
    // Whoever has signed for the bytes has them: only the end is told again.
    if (transfer.end?.consumer && asked.offset < size) {
      throw new ConnectorError('STATE_INVALID', 'the bytes of this transfer have been received and signed for');
    }
    const envelopes = [agreement.own, ...(agreement.theirs ? [agreement.theirs] : []), startIn(transfer)];
    // I2: no byte before the log has answered for the agreement and the start.
    const logged = await evidence.wait(envelopes, evidenceWaitMs, signal);
    // The wait may have outlasted the policy's window.
    await control.authorize(pid);
    const opened = await control.update(pid, async (current) => {
      running(current);
      return current.opened ? undefined : { transfer: { ...current, opened: true } };
    });
    signal.throwIfAborted();
    return { ...asked, transfer: opened, agreement, size, version: said.datasetVersion, logged };
  }

  /**
   * The bytes of an opening, as messages of the exchange. Whoever takes one has to be done with its bytes before the next.
   *
   * INVARIANT: the version is the digest of what is sent, since nothing was written to the file since it was hashed: that is made
   * sure of before the last of them is given.
   */
  async *bytes(permitted: Permitted, stream: OpenStream, signal: AbortSignal): ReturnType<typeof chunksOf> {
    await using file = await openSource(await this.#source(permitted));
    stream.position = permitted.offset;
    for await (const message of chunksOf(file, permitted.offset, permitted.end)) {
      signal.throwIfAborted();
      if (stream.position + message.chunk.length === permitted.end) await file.demandUnchanged();
      yield message;
      stream.position += message.chunk.length;
    }
  }

  /** The file as it is published now, which must be the one the start statement names. */
  async #source({ transfer, version, size }: Permitted): Promise<FileSource> {
    const source = (await this.#context.records.datasets.get(transfer.dataset))?.value.source;
    if (!source) throw new ConnectorError('SOURCE_UNREADABLE', 'the dataset is not published any more');
    if (source.version === version && source.bytes === size) return source;
    throw new ConnectorError('SOURCE_CHANGED', 'the dataset was published anew after this transfer had started');
  }
}

/** @throws ConnectorError TRANSFER_NOT_STARTED */
export function running(transfer: Transfer): Transfer {
  if (transfer.state === 'STARTED' && !transfer.intent) return transfer;
  throw new ConnectorError(
    'TRANSFER_NOT_STARTED',
    `expected a started transfer; it is ${transfer.intent?.state ?? transfer.state}`,
  );
}
