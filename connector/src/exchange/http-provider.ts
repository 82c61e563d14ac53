import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { peerIfAny, TrustError } from '@causeway/certs/peer';
import type { Digest } from '@causeway/evidence';
import type { Logger } from '@causeway/platform';
import { httpPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import type { Context } from './context.js';
import { answerProblem } from './http-problems.js';
import { rangeOf } from './http-range.js';
import type { OpenStream, OpenStreams } from './open-streams.js';
import { saveClosing } from './provider-end.js';
import { type Permitted, running, type Sending } from './sending.js';
import type { TransferTokens } from './transfer-token.js';
import { unlessAborted, Watchdog } from './waiting.js';

/** Data of a transfer lies at `/data/<uuid>`: open without a certificate to an unbound token, and to nothing else. */
const base = '/data';
export const dataOpenRoutes = [{ method: 'GET', path: `${base}/*` }] as const;

/** Everything that is served; the second demands a certificate. */
export const dataRoutes = [
  { method: 'GET', path: `${base}/:id` },
  { method: 'POST', path: `${base}/:id/token` },
] as const;

/** For 256 KiB to leave: a client slower than that holds a place for nothing, and may go on from where it was. */
const stallMs = 60_000;

/** Where the data of a transfer lies below the root of the server. */
export function dataPath(pid: string): string {
  return `${base}/${pid.slice(pid.lastIndexOf(':') + 1)}`;
}

/**
 * `HttpData-PULL` at its provider: the bytes of a transfer over HTTPS, for peers that speak no gRPC. Decision, limits and evidence are
 * those of the exchange. No receipt comes back, so the closing record is the provider's word alone.
 */
export class HttpProvider {
  readonly #context: Context;
  readonly #tokens: TransferTokens;
  readonly #streams: OpenStreams;
  readonly #sending: Sending;
  readonly #log: Logger;

  constructor(context: Context, tokens: TransferTokens, streams: OpenStreams, sending: Sending) {
    this.#context = context;
    this.#tokens = tokens;
    this.#streams = streams;
    this.#sending = sending;
    this.#log = context.log;
  }

  readonly handler: RequestListener = (request, response) => {
    this.#answer(request, response).catch((error: unknown) => answerProblem(response, error, this.#log));
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nothing of a body is wanted.
    request.resume();
    const target = request.url?.split('?', 1)[0] ?? '';
    const [, uuid, renews] = /^\/data\/([0-9a-f-]{36})(\/token)?$/.exec(target) ?? [];
    if (uuid === undefined) throw new ConnectorError('NOT_FOUND', 'there is nothing here');
    const pid = `urn:uuid:${uuid}`;
    if (renews !== undefined && request.method === 'POST') return this.#renew(pid, request, response);
    if (renews === undefined && request.method === 'GET') return this.#get(pid, request, response);
    response.writeHead(405, { allow: renews === undefined ? 'GET' : 'POST' }).end();
  }

  /** The token of a transfer, bound to the certificate of this channel, as the exchange's `Renew`. */
  async #renew(pid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const peer = participant(request);
    const transfer = peer && (await this.#context.control.forConsumer(pid, peer.id));
    if (transfer?.format !== httpPull) throw new ConnectorError('NOT_FOUND', 'there is no such transfer');
    const minted = await this.#tokens.mint(running(transfer), peer?.fingerprint ?? '');
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(minted));
  }

  async #get(pid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { peer } = await this.#admit(pid, request);
    // Registered before the state is looked at again: a stop from here on finds this stream.
    const stream = await this.#streams.take(pid, peer);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new ConnectorError('PEER_UNREACHABLE', 'the client went away')));
    const late = () => new ConnectorError('TRANSFER_STOPPED', `the client took nothing for ${stallMs} ms`);
    using watchdog = new Watchdog(this.#context.clock, stallMs, late);
    const signal = AbortSignal.any([stream.signal, gone.signal, watchdog.signal]);
    const served = this.#serve(pid, request, response, { stream, signal, touch: () => watchdog.touch() }).finally(() =>
      stream[Symbol.dispose](),
    );
    // A stopped client is cut off at once; the transfer is free for another stream when this one has really ended.
    await unlessAborted(served, signal);
  }

  async #serve(pid: string, request: IncomingMessage, response: ServerResponse, under: Under): Promise<void> {
    const { stream, signal, touch } = under;
    let part = false;
    const permitted = await this.#sending.permit(pid, signal, ({ size, datasetVersion }) => {
      const asked = rangeOf(
        { range: request.headers.range, ifRange: request.headers['if-range']?.toString() },
        { size: Number(size), etag: etagOf(datasetVersion) },
      );
      part = asked.part;
      return asked;
    });
    touch();
    const headers = await this.#headers(permitted, part);
    const begin = () => response.headersSent || response.writeHead(part ? 206 : 200, headers);
    try {
      for await (const { chunk } of this.#sending.bytes(permitted, stream, signal)) {
        // A file that cannot be read is still refused in words.
        begin();
        await unlessAborted(written(response, chunk), signal);
        touch();
      }
    } finally {
      await this.#saveSent(pid, permitted, stream.position);
    }
    begin();
    await this.#close(pid, permitted);
    response.end();
  }

  async #admit(pid: string, request: IncomingMessage): Promise<{ transfer: Transfer; peer: string }> {
    const opens = await this.#tokens.read(authorizationOf(request), participant(request));
    const transfer = await this.#context.control.forConsumer(pid, opens.consumer);
    const same = opens.transfer === pid && transfer?.agreement === opens.agreement;
    if (!same || transfer.format !== httpPull || (opens.unbound && !transfer.unbound)) {
      throw new ConnectorError('TOKEN_INVALID', 'the token opens another transfer');
    }
    return { transfer, peer: transfer.peer };
  }

  async #headers({ transfer, offset, end, size, version }: Permitted, part: boolean): Promise<Record<string, string>> {
    const mediaType = (await this.#context.records.datasets.get(transfer.dataset))?.value.mediaType;
    return {
      'content-type': mediaType ?? 'application/octet-stream',
      'content-length': String(end - offset),
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      etag: etagOf(version),
      // RFC 9530: of the whole, whatever part of it this is.
      'repr-digest': `sha-256=:${Buffer.from(version.slice('sha-256:'.length), 'hex').toString('base64')}:`,
      'x-content-type-options': 'nosniff',
      ...(part ? { 'content-range': `bytes ${offset}-${end - 1}/${size}` } : {}),
    };
  }

  /** Remembers how far the bytes have left without a gap: what was never sent is not signed for. */
  async #saveSent(pid: string, { offset }: Permitted, position: number): Promise<void> {
    await this.#context.control.update(pid, async (transfer) => {
      const before = transfer.sent ?? 0;
      return offset > before || position <= before ? undefined : { transfer: { ...transfer, sent: position } };
    });
  }

  /** Signs, once, when every byte has left. */
  async #close(pid: string, { size, version }: Permitted): Promise<void> {
    const { value } = (await this.#context.records.transfers.get(pid)) ?? {};
    if (value === undefined || value.end || (value.sent ?? 0) < size || value.state !== 'STARTED') return;
    await saveClosing(this.#context, pid, { bytes: size, digest: version });
    this.#log.info(
      { transfer: pid, bytes: size, ...(value.unbound ? { token: 'unbound' } : {}) },
      'a transfer was sent',
    );
  }
}

interface Under {
  readonly stream: OpenStream;
  readonly signal: AbortSignal;
  readonly touch: () => void;
}

/** @throws TrustError ROLE_REFUSED */
function participant(request: IncomingMessage) {
  const peer = peerIfAny(request);
  if (peer !== undefined && peer.role !== 'participant') {
    throw new TrustError('ROLE_REFUSED', `the role ${peer.role} may not fetch data`);
  }
  return peer;
}

/** Clients of other connectors send the token as it stands in the data address, without a scheme. */
function authorizationOf({ headers: { authorization } }: IncomingMessage): string | undefined {
  return authorization === undefined || /^Bearer /i.test(authorization)
    ? authorization?.replace(/^Bearer /i, 'Bearer ')
    : `Bearer ${authorization}`;
}

function etagOf(version: Digest): string {
  return `"${version}"`;
}

function written(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
