import type { RpcError } from '@causeway/certs/peer';
import { status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import { saveFetched, savePlaced, sinkOf } from './consumer-end.js';
import type { Context } from './context.js';
import { placeSink, prepareSink } from './file-sink.js';
import { type Head, headOf, readMembers, refusalOf } from './http-answer.js';
import { PartialFile } from './partial-file.js';
import { BeginAgain } from './receiving.js';

/** One transfer of `HttpData-PULL` at its consumer, across requests; every step is repeated rightly after a crash. */
export class HttpReceiving {
  readonly #context: Context;
  readonly #pid: string;
  #file: PartialFile | undefined;
  /** Whether the server takes the token only as it stands in the data address, without a scheme. */
  #bare = false;

  constructor(context: Context, pid: string) {
    this.#context = context;
    this.#pid = pid;
  }

  /** Bytes on disk, for display; undefined before they are known. */
  get bytes(): number | undefined {
    return this.#file?.bytes;
  }

  /**
   * A token bound to our own channel, from a provider that gives one.
   * @throws RpcError
   */
  async renew({ peer, endpoint = '' }: Transfer, signal: AbortSignal): Promise<string> {
    const url = `${endpoint}/token`;
    const answer = await this.#context.openData({ peer, method: 'POST', url, headers: {}, signal });
    if (answer.status !== 200) throw await refusalOf(answer);
    const { token } = await readMembers(answer);
    if (typeof token === 'string') return token;
    throw new ConnectorError('MESSAGE_INVALID', 'expected a token; the provider sent something else');
  }

  /**
   * Takes what one request brings, and places the file when it is whole.
   * @throws BeginAgain, ConnectorError, TrustError, RpcError, file system errors
   */
  async take(transfer: Transfer, token: string, signal: AbortSignal, touch: () => void): Promise<Transfer> {
    if (sinkOf(transfer).stage !== 'receiving') return this.#place(transfer);
    const file = await this.#open(transfer);
    const { size } = transfer.remote ?? {};
    let digest: Head['digest'];
    if (size === undefined || file.bytes < size) {
      const answer = await this.#ask(transfer, file, token, signal);
      touch();
      const head = headOf(answer);
      await this.#demandSame(transfer, file, head);
      digest = head.digest;
      for await (const chunk of answer.body) {
        touch();
        if (head.size !== undefined && file.bytes + chunk.length > head.size) {
          throw new ConnectorError('MESSAGE_INVALID', `expected no more than the ${head.size} bytes announced`);
        }
        await file.append(chunk);
      }
      signal.throwIfAborted();
      if (head.size !== undefined && file.bytes < head.size) {
        throw new ConnectorError(
          'PEER_UNREACHABLE',
          `expected ${head.size} bytes; the answer ended after ${file.bytes}`,
        );
      }
    }
    const received = { bytes: file.bytes, digest: await file.sealed() };
    if (digest !== undefined && digest !== received.digest) {
      if (!file.recovered) {
        const words = `the bytes received are ${received.digest}, not ${digest}, which the server announced`;
        throw new ConnectorError('DIGEST_MISMATCH', words);
      }
      await file.restart();
      throw new BeginAgain('the bytes left on disk by a crash were damaged; they are fetched again');
    }
    return this.#place(await saveFetched(this.#context, this.#pid, received));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** What is on disk counts only where the server can say that what follows belongs to it. */
  async #open(transfer: Transfer): Promise<PartialFile> {
    if (this.#file?.broken) await this.close();
    const sink = sinkOf(transfer);
    if (!this.#file) {
      await prepareSink(sink);
      this.#file = await PartialFile.open(sink.partial, transfer.remote?.size ?? Number.MAX_SAFE_INTEGER);
    }
    if (this.#file.bytes > 0 && transfer.remote?.etag === undefined) await this.#file.restart();
    return this.#file;
  }

  async #ask({ peer, endpoint = '', remote }: Transfer, file: PartialFile, token: string, signal: AbortSignal) {
    const { etag } = remote ?? {};
    const rest: Record<string, string> =
      file.bytes > 0 && etag !== undefined ? { range: `bytes=${file.bytes}-`, 'if-range': etag } : {};
    const request = (authorization: string) =>
      this.#context.openData({ peer, method: 'GET', url: endpoint, headers: { authorization, ...rest }, signal });
    let answer = await request(this.#bare ? token : `Bearer ${token}`);
    if (answer.status === 200 || answer.status === 206) return answer;
    const refusal = await refusalOf(answer);
    if (this.#bare || !isUnauthorised(refusal)) throw refusal;
    answer = await request(token);
    if (answer.status !== 200 && answer.status !== 206) throw refusal;
    this.#bare = true;
    return answer;
  }

  /** Goes on with the file, or begins it anew when the server sends all of it; remembers what it says of the bytes. */
  async #demandSame(transfer: Transfer, file: PartialFile, { offset, size, etag }: Head): Promise<void> {
    const before = transfer.remote ?? {};
    if (offset > 0 || file.bytes > 0) {
      const same = offset === file.bytes && etag === before.etag && size === before.size;
      if (offset === 0) await file.restart();
      else if (!same) {
        await file.restart();
        throw new BeginAgain('the server sent another part than was asked for; the bytes are fetched again');
      }
    }
    if (before.etag === etag && before.size === size) return;
    const remote = { ...(etag === undefined ? {} : { etag }), ...(size === undefined ? {} : { size }) };
    await this.#context.control.update(this.#pid, async (current) => ({ transfer: { ...current, remote } }));
  }

  async #place(transfer: Transfer): Promise<Transfer> {
    await this.close();
    const sink = sinkOf(transfer);
    if (sink.stage === 'placed') return transfer;
    return savePlaced(this.#context, this.#pid, await placeSink(sink));
  }
}

function isUnauthorised({ status: kind, code }: RpcError): boolean {
  return code === undefined && (kind === status.UNAUTHENTICATED || kind === status.PERMISSION_DENIED);
}
