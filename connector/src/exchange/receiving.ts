import type { Conversation } from '@causeway/certs/peer';
import type { causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import type { Agreement, Transfer } from '../model.js';
import { chunkBytes } from './chunks.js';
import { type Closing, receiptOf, saveDispute, savePlaced, saveSealed, sinkOf, verifyClosing } from './consumer-end.js';
import type { Context } from './context.js';
import { saidAtStart } from './end-of-transfer.js';
import { placeSink, prepareSink, setAside } from './file-sink.js';
import { type Opened, verifyOpened } from './opened.js';
import { PartialFile } from './partial-file.js';

type Requests = Conversation<causeway.exchange.v1.PullRequest.$Properties, causeway.exchange.v1.PullResponse>;

/** The bytes read back from disk after a crash were not what had been received: they are pulled again from the first. */
export class BeginAgain extends Error {
  override readonly name = 'BeginAgain';
}

/**
 * One transfer at its consumer, across streams: what it has on disk, and what the next message must be. Every step is
 * repeated rightly after a crash before or behind it.
 */
export class Receiving {
  readonly #context: Context;
  readonly #pid: string;
  #file: PartialFile | undefined;

  constructor(context: Context, pid: string) {
    this.#context = context;
    this.#pid = pid;
  }

  /** Bytes on disk, for display; undefined before they are known. */
  get bytes(): number | undefined {
    return this.#file?.bytes;
  }

  /**
   * Finishes what a crash interrupted, and says where the next stream begins.
   * @throws ConnectorError SINK_EXISTS, SINK_UNWRITABLE, and file system errors
   */
  async prepare(transfer: Transfer): Promise<{ offset: number; expectedVersion: string }> {
    const sink = sinkOf(transfer);
    const said = transfer.start && saidAtStart(transfer);
    const size = Number(said?.size ?? 0);
    const expectedVersion = said?.datasetVersion ?? '';
    if (transfer.end) {
      await this.#place(transfer);
      return { offset: size, expectedVersion };
    }
    if (this.#file?.broken) await this.close();
    if (!this.#file) {
      await prepareSink(sink);
      // Without a start statement nothing says of what the bytes would be.
      this.#file = await PartialFile.open(sink.partial, size);
    }
    return { offset: this.#file.bytes, expectedVersion: this.#file.bytes > 0 ? expectedVersion : '' };
  }

  /**
   * Takes one stream to its end.
   * @returns the transfer, closed by both sides
   * @throws BeginAgain, ConnectorError, TrustError, RpcError, file system errors
   */
  async take(stream: Requests, transfer: Transfer, agreement: Agreement, touch: () => void): Promise<Transfer> {
    const messages = stream.responses[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await messages.next();
      touch();
      if (done) throw new ConnectorError('PEER_UNREACHABLE', 'the provider ended the stream before it was closed');
      return value;
    };
    const { opened } = await next();
    if (!opened) throw unexpected('that the stream is opened');
    let current = await this.#opened(opened, transfer, agreement);
    const said = saidAtStart(current);
    for (;;) {
      const { chunk, closing } = await next();
      if (chunk) {
        await this.#append(chunk, Number(said.size));
      } else if (closing) {
        current = await this.#closing(current, await verifyClosing(this.#context, current, closing));
        break;
      } else throw unexpected('a chunk or the closing statement');
    }
    if (!current.end) throw new ConnectorError('STATE_INVALID', 'expected the end of the transfer to be stored');
    await stream.send({ receipt: receiptOf(current.end) });
    const { closed } = await next();
    if (!closed) throw unexpected('that the stream is closed');
    stream.end();
    return current;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** INVARIANT: no byte is written before the start is proven, held against the log, and stored. */
  async #opened(
    message: causeway.exchange.v1.Opened.$Properties,
    transfer: Transfer,
    agreement: Agreement,
  ): Promise<Transfer> {
    const { control, evidence, identity } = this.#context;
    const opened: Opened = await verifyOpened(message, { transfer, agreement }, identity.trust.authorities);
    await evidence.admit(opened.logged);
    if (transfer.start) return transfer;
    return control.update(this.#pid, async (current) =>
      current.start ? undefined : { transfer: { ...current, start: opened.start } },
    );
  }

  async #append(chunk: Uint8Array, size: number): Promise<void> {
    const file = this.#file;
    if (!file) throw unexpected('no more bytes of a file that is whole');
    if (chunk.length > chunkBytes) throw unexpected(`chunks of at most ${chunkBytes} bytes`);
    if (file.bytes + chunk.length > size) throw unexpected(`no more than the ${size} bytes announced`);
    await file.append(chunk);
  }

  async #closing(transfer: Transfer, closing: Closing): Promise<Transfer> {
    // Sealed by a stream before this one: the closing statement is the same, and so is our answer.
    if (transfer.end) return transfer;
    const file = this.#file;
    const said = saidAtStart(transfer);
    if (!file || String(file.bytes) !== said.size) throw unexpected(`${said.size} bytes before the closing statement`);
    const received = { bytes: file.bytes, digest: await file.sealed() };
    const right = [closing.digest, said.datasetVersion].every((digest) => digest === received.digest);
    if (right && closing.bytes === said.size) {
      return this.#place(await saveSealed(this.#context, this.#pid, closing, received));
    }
    if (file.recovered) {
      await file.restart();
      throw new BeginAgain('the bytes left on disk by a crash were damaged; they are pulled again');
    }
    return this.#place(await saveDispute(this.#context, transfer, closing, received));
  }

  /** Gives the file its name, or sets it aside when its bytes are disputed. */
  async #place(transfer: Transfer): Promise<Transfer> {
    await this.close();
    const sink = sinkOf(transfer);
    if (transfer.end?.disputed) {
      await setAside(sink);
      return transfer;
    }
    if (sink.stage === 'placed') return transfer;
    return savePlaced(this.#context, this.#pid, await placeSink(sink));
  }
}

function unexpected(expected: string): ConnectorError {
  return new ConnectorError('MESSAGE_INVALID', `expected ${expected}; the provider sent something else`);
}
