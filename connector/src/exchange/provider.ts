import {
  type BidiCall,
  type Peer,
  type PeerServiceDefinition,
  peerService,
  type UnaryCall,
} from '@causeway/certs/peer';
import { type Digest, isDigest } from '@causeway/evidence';
import { GrpcFailure, type Logger } from '@causeway/platform';
import type { causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.js';
import type { Agreement, FileSource, Reason, Transfer, TransferState } from '../model.js';
import type { LoggedReceipt } from '../ports.js';
import { chunksOf, fastExchange } from './chunks.js';
import type { Context } from './context.js';
import { saidAtStart, startIn } from './end-of-transfer.js';
import { openSource } from './file-source.js';
import { type OpenStream, OpenStreams, type StreamLimits } from './open-streams.js';
import { saveClosing, saveReceipt } from './provider-end.js';
import { failureOf } from './refusals.js';
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

/** What an opening asks for, once it has been admitted. */
interface Admitted {
  readonly transfer: Transfer;
  readonly agreement: Agreement;
  readonly offset: number;
  readonly version: Digest;
  readonly size: number;
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
  readonly #log: Logger;

  constructor(context: Context, tokens: TransferTokens, limits: StreamLimits) {
    this.#context = context;
    this.#streams = new OpenStreams(limits);
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

  stop(pid: string, reason: Reason, to: TransferState): void {
    this.#streams.stop(pid, reason, to);
  }

  progress(pid: string): number | undefined {
    return this.#streams.progress(pid);
  }

  idle(): Promise<void> {
    return this.#streams.idle();
  }

  async close(): Promise<void> {
    this.#streams.stopAll();
    await this.#streams.idle();
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
    const { control, evidence } = this.#context;
    const { pid, peer, requests, send, signal, stream } = call;
    const admitted = await this.#decide(open, pid);
    const { agreement, size, version, offset } = admitted;
    const start = startIn(admitted.transfer);
    const envelopes = [agreement.own, ...(agreement.theirs ? [agreement.theirs] : []), start];
    // I2: no byte before the log has answered for the agreement and the start.
    const logged = await evidence.wait(envelopes, this.#context.evidenceWaitMs, signal);
    // The wait may have outlasted the policy's window.
    await control.authorize(pid);

    const transfer = await control.update(pid, async (current) => {
      running(current);
      return current.opened ? undefined : { transfer: { ...current, opened: true } };
    });
    signal.throwIfAborted();
    await send({ opened: openedOf(admitted, logged) });
    stream.position = offset;
    const told = transfer.end && offset === size;
    if (!told) await this.#send(call, admitted);

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

  async #send({ send, signal, stream }: Served, admitted: Admitted): Promise<void> {
    await using file = await openSource(await this.#source(admitted));
    for await (const message of chunksOf(file, admitted.offset, admitted.size)) {
      signal.throwIfAborted();
      await send(message);
      stream.position += message.chunk.length;
    }
    // INVARIANT: the version is the digest of what was sent, since nothing was written to the file since it was hashed.
    await file.demandUnchanged();
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
    return transfer;
  }

  /** Decides again, on what is stored now. */
  async #decide(open: causeway.exchange.v1.Open.$Properties, pid: string): Promise<Admitted> {
    const { transfer, agreement } = await this.#context.control.authorize(pid);
    const said = saidAtStart(transfer);
    const size = Number(said.size);
    const { offset, version } = demandPlace(open, size, said.datasetVersion);
    // Whoever has signed for the bytes has them: only the end is told again.
    if (transfer.end?.consumer && offset < size) {
      throw new ConnectorError('STATE_INVALID', 'the bytes of this transfer have been received and signed for');
    }
    return { transfer, agreement, offset, size, version };
  }

  /** The file as it is published now, which must be the one the start statement names. */
  async #source({ transfer, version, size }: Admitted): Promise<FileSource> {
    const source = (await this.#context.records.datasets.get(transfer.dataset))?.value.source;
    if (!source) throw new ConnectorError('SOURCE_UNREADABLE', 'the dataset is not published any more');
    if (source.version === version && source.bytes === size) return source;
    throw new ConnectorError('SOURCE_CHANGED', 'the dataset was published anew after this transfer had started');
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error);
}

function running(transfer: Transfer): Transfer {
  if (transfer.state === 'STARTED' && !transfer.intent) return transfer;
  throw new ConnectorError(
    'TRANSFER_NOT_STARTED',
    `expected a started transfer; it is ${transfer.intent?.state ?? transfer.state}`,
  );
}

function demandPlace(open: causeway.exchange.v1.Open.$Properties, size: number, version: Digest) {
  const { expectedVersion } = open;
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
  return { offset, version };
}

function openedOf(
  { version, size, transfer }: Admitted,
  logged: readonly LoggedReceipt[],
): causeway.exchange.v1.Opened.$Properties {
  const start = startIn(transfer);
  return {
    ...{ version, size },
    startStatement: Buffer.from(start.statement),
    startEnvelope: start.envelope,
    logged: logged.map(({ envelope, keyStatement, receipt }) => ({ envelope, keyStatement, receipt })),
  };
}
