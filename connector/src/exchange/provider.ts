import {
  type BidiCall,
  type Peer,
  type PeerServiceDefinition,
  peerService,
  type UnaryCall,
} from '@causeway/certs/peer';
import { isDigest, type StartStatement } from '@causeway/evidence';
import { GrpcFailure, type Logger } from '@causeway/platform';
import type { causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { grpcPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import { fastExchange } from './chunks.js';
import type { Context } from './context.js';
import { startIn } from './end-of-transfer.js';
import type { OpenStream, OpenStreams } from './open-streams.js';
import { saveClosing, saveReceipt } from './provider-end.js';
import { failureOf } from './refusals.js';
import { type Permitted, type Place, running, type Sending } from './sending.js';
import type { TransferTokens } from './transfer-token.js';
import { unlessAborted, within } from './waiting.js';

type PullCall = BidiCall<causeway.exchange.v1.PullRequest, causeway.exchange.v1.PullResponse.$Properties>;
type Requests = AsyncIterator<causeway.exchange.v1.PullRequest>;

type Send = (message: causeway.exchange.v1.PullResponse.$Properties) => Promise<void>;

/** An admitted call while it is served. */
interface Served {
  readonly pid: string;
  readonly peer: Peer;
  readonly requests: Requests;
  /** Waits for room, and for no longer than the stream may last. */
  readonly send: Send;
  readonly signal: AbortSignal;
  readonly stream: OpenStream;
}

const openMs = 15_000;
/** A consumer syncs its file before it signs, which takes as long as its disk takes. */
const receiptMs = 15 * 60_000;

/** The provider's side of the exchange: sends the bytes of a transfer, as often as it takes, and closes it once. */
export class Provider {
  readonly service: PeerServiceDefinition;
  readonly #context: Context;
  readonly #tokens: TransferTokens;
  readonly #streams: OpenStreams;
  readonly #sending: Sending;
  readonly #log: Logger;

  constructor(context: Context, tokens: TransferTokens, streams: OpenStreams, sending: Sending) {
    this.#context = context;
    this.#streams = streams;
    this.#sending = sending;
    this.#tokens = tokens;
    this.#log = context.log;
    this.service = peerService(fastExchange, {
      rules: {
        pull: { roles: ['participant'] },
        attest: { roles: ['participant'] },
        renew: { roles: ['participant'] },
        reportDuty: { roles: ['participant'] },
      },
      handlers: {
        pull: { bidi: (call) => this.#pull(call).catch(rethrow) },
        attest: { unary: (call) => this.#attest(call).catch(rethrow) },
        renew: { unary: (call) => this.#renew(call).catch(rethrow) },
        reportDuty: { unary: (call) => this.#reported(call).catch(rethrow) },
      },
    });
  }

  async #attest({ peer, request }: UnaryCall<causeway.exchange.v1.AttestRequest>) {
    const { attest } = this.#context;
    if (attest) return { expires: (await attest(peer, request.token ?? '')).expires };
    throw new GrpcFailure(status.UNIMPLEMENTED, 'NOTHING_ATTESTED', 'attribute tokens are not used here');
  }

  async #renew({ peer, request }: UnaryCall<causeway.exchange.v1.RenewRequest>) {
    return this.#tokens.mint(running(await this.#transferOf(request.transfer, peer)), peer.fingerprint);
  }

  async #reported({ peer, request }: UnaryCall<causeway.exchange.v1.ReportDutyRequest>) {
    return { received: await this.#context.duties.reported(peer.id, request) };
  }

  async #pull(call: PullCall): Promise<void> {
    const { peer, metadata } = call;
    const requests = call.requests[Symbol.asyncIterator]();
    const open = await this.#first(requests, call.signal);
    const { pid } = await this.#admit(open.transfer, peer, metadata.get('authorization')[0]);
    // Registered before the state is looked at again: a stop from here on finds this stream.
    const stream = await this.#streams.take(pid, peer.id);
    const signal = AbortSignal.any([call.signal, stream.signal]);
    const send: Send = (message) => unlessAborted(call.send(message), signal);
    const served = this.#serve({ pid, peer, requests, send, signal, stream }, open).finally(() =>
      stream[Symbol.dispose](),
    );
    // A stopped consumer is told at once; the transfer is free for another stream when this one has really ended.
    await unlessAborted(served, signal);
  }

  /** INVARIANT: whatever may last listens to the signal, so that a stopped stream ends, and nothing follows it. */
  async #serve(call: Served, open: causeway.exchange.v1.Open.$Properties): Promise<void> {
    const { pid, peer, requests, send, signal, stream } = call;
    const permitted = await this.#sending.permit(pid, signal, (said) => demandPlace(open, said));
    const { transfer, size, version, offset } = permitted;
    await send({ opened: openedOf(permitted) });
    stream.position = offset;
    const told = transfer.end && offset === size;
    if (!told) for await (const message of this.#sending.bytes(permitted, stream, signal)) await send(message);

    const { end, own } = await saveClosing(this.#context, pid, { bytes: size, digest: version });
    signal.throwIfAborted();
    await send({ closing: { statement: Buffer.from(end.statement), ...own } });
    const late = () => new ConnectorError('TRANSFER_STOPPED', `expected a receipt within ${receiptMs} ms; none came`);
    const { value } = await within(this.#context.clock, receiptMs, signal, requests.next(), late);
    if (!value?.receipt) throw new ConnectorError('MESSAGE_INVALID', 'expected a receipt after the closing statement');
    await saveReceipt(this.#context, pid, peer, value.receipt);
    await send({ closed: {} });
    this.#log.info({ transfer: pid, bytes: size }, 'a transfer was received and closed');
  }

  async #first(requests: Requests, signal: AbortSignal): Promise<causeway.exchange.v1.Open.$Properties> {
    const late = () => new ConnectorError('MESSAGE_INVALID', `expected to be told which transfer within ${openMs} ms`);
    const { value } = await within(this.#context.clock, openMs, signal, requests.next(), late);
    if (value?.open) return value.open;
    throw new ConnectorError('MESSAGE_INVALID', 'expected the first message to open a transfer');
  }

  /** The same answer for a transfer that does not exist and for somebody else's. */
  async #transferOf(pid: string | null | undefined, peer: Peer): Promise<Transfer> {
    const transfer = pid ? await this.#context.control.forConsumer(pid, peer.id) : undefined;
    if (!transfer) throw new ConnectorError('NOT_FOUND', 'there is no such transfer');
    return transfer;
  }

  async #admit(
    pid: string | null | undefined,
    peer: Peer,
    authorization: Buffer | string | undefined,
  ): Promise<Transfer> {
    const transfer = await this.#transferOf(pid, peer);
    await this.#tokens.demand(authorization?.toString(), transfer, peer);
    // The decision was about the format that was asked for.
    if (transfer.format === grpcPull) return transfer;
    throw new ConnectorError('MESSAGE_INVALID', `expected a transfer of format ${grpcPull}, got ${transfer.format}`);
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error);
}

function demandPlace(open: causeway.exchange.v1.Open.$Properties, said: StartStatement): Place {
  const { expectedVersion } = open;
  const [size, version] = [Number(said.size), said.datasetVersion];
  const offset = open.offset ?? 0;
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
    throw new ConnectorError('MESSAGE_INVALID', `expected an offset of 0 to ${size}`);
  }
  if (offset > 0 && !isDigest(expectedVersion ?? '')) {
    throw new ConnectorError('MESSAGE_INVALID', 'expected the version that the bytes before the offset came from');
  }
  if (expectedVersion && expectedVersion !== version) {
    throw new ConnectorError('SOURCE_CHANGED', 'the bytes before the offset are of another version than this transfer');
  }
  return { offset, end: size };
}

function openedOf({ version, size, transfer, logged }: Permitted): causeway.exchange.v1.Opened.$Properties {
  const start = startIn(transfer);
  return {
    ...{ version, size },
    startStatement: Buffer.from(start.statement),
    startEnvelope: start.envelope,
    logged: logged.map(({ envelope, keyStatement, receipt }) => ({ envelope, keyStatement, receipt })),
  };
}
