import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Clock, systemClock } from '@causeway/platform';
import { TrustError } from '../errors.js';
import { demandPeer, type Expected } from '../peer.js';
import { requireTls13, type TlsIdentity } from '../tls.js';
import { unreachable } from '../unreachable.js';
import { PeerAgent } from './agent.js';

export interface PeerRequestOptions {
  /** Roots to believe, and what to show: without `tls` only what is open to everybody can be asked for. */
  readonly identity: TlsIdentity;
  /** `https:` only. */
  readonly url: string;
  readonly expect: Expected;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest answer read, in bytes. */
  readonly maxBytes: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface PeerResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As they came, and as UTF-8 text. */
  readonly bytes: Buffer;
  readonly body: string;
}

/** An answer whose body is read as it comes; it ends with an error when it is cut. */
export interface PeerStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

type Agents = Map<string, { readonly agent: PeerAgent; readonly roots: readonly string[] }>;

const agents = new WeakMap<Clock, WeakMap<object, Agents>>();
const mostAgents = 1_000;

/**
 * One HTTPS request to a named peer. Nothing is sent before its certificate has been verified and compared with `expect`.
 * Redirects are not followed.
 * @throws TrustError PEER_UNEXPECTED | PEER_MALFORMED | PEER_UNREACHABLE | PEER_TIMEOUT | RESPONSE_TOO_LARGE
 */
export function peerRequest(options: PeerRequestOptions): Promise<PeerResponse> {
  return send(options, agentFor(options.identity, options.expect, options.clock ?? systemClock));
}

/**
 * As {@link peerRequest}, with an answer of any length. `timeoutMs` is for its head; `signal` ends it at any time.
 * @throws TrustError PEER_UNEXPECTED | PEER_MALFORMED | PEER_UNREACHABLE | PEER_TIMEOUT
 */
export function peerStream(options: Omit<PeerRequestOptions, 'maxBytes' | 'body'>): Promise<PeerStream> {
  const agent = agentFor(options.identity, options.expect, options.clock ?? systemClock);
  const late = new AbortController();
  const alarm = setTimeout(() => late.abort(), options.timeoutMs);
  const opened = speaking(options, late.signal, (url, signal) => open(url, options, agent, signal));
  return opened
    .then((response) => ({ status: response.statusCode ?? 0, headers: response.headers, body: response }))
    .finally(() => clearTimeout(alarm));
}

/** {@link peerRequest} over a given agent. */
export function send(
  options: Omit<PeerRequestOptions, 'identity' | 'expect'>,
  agent: PeerAgent,
): Promise<PeerResponse> {
  return speaking(options, AbortSignal.timeout(options.timeoutMs), async (url, signal) => {
    const response = await open(url, options, agent, signal);
    try {
      const bytes = await readBounded(response, options.maxBytes);
      const { statusCode: status = 0, headers } = response;
      return { status, headers, bytes, body: bytes.toString('utf8') };
    } catch (error) {
      response.destroy();
      throw error;
    }
  });
}

async function speaking<T>(
  options: Pick<PeerRequestOptions, 'url' | 'signal' | 'timeoutMs'>,
  late: AbortSignal,
  speak: (url: URL, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  requireTls13();
  const url = new URL(options.url);
  if (url.protocol !== 'https:') throw new TypeError(`expected an https: address; ${url.protocol} came`);
  try {
    return await speak(url, options.signal ? AbortSignal.any([late, options.signal]) : late);
  } catch (error) {
    if (error instanceof TrustError) throw error;
    options.signal?.throwIfAborted();
    if (late.aborted) {
      throw new TrustError('PEER_TIMEOUT', `${url.host} did not answer within ${options.timeoutMs} ms`, {
        cause: error,
      });
    }
    throw new TrustError('PEER_UNREACHABLE', `${url.host} ${unreachable(error)}`, { cause: error });
  }
}

/** Resolves with the head of the answer. */
function open(
  url: URL,
  options: Pick<PeerRequestOptions, 'method' | 'headers' | 'body'>,
  agent: PeerAgent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = options.body === undefined ? undefined : Buffer.from(options.body);
  const length = body ? { 'content-length': String(body.length) } : {};
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { method: options.method, headers: { ...options.headers, ...length }, agent, signal },
      resolve,
    );
    request.on('error', reject);
    // A request that still waits for its connection does not hear of the signal by itself.
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    // Emitted before the first byte is written to the socket.
    request.once('socket', (socket) => {
      try {
        agent.demandUnexpired(socket);
      } catch (error) {
        reject(error);
        request.destroy(error instanceof Error ? error : undefined);
      }
    });
    request.end(body);
  });
}

async function readBounded(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new TrustError('RESPONSE_TOO_LARGE', `expected an answer of at most ${maxBytes} bytes; more came`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Connections are shared by requests of one identity to one expected peer, as long as the same roots are trusted. */
function agentFor(identity: TlsIdentity, expect: Expected, clock: Clock): PeerAgent {
  const { roots } = identity;
  const owners = getOrMake(agents, clock, () => new WeakMap<object, Agents>());
  const known = getOrMake<object, Agents>(owners, identity.tls ?? roots, () => new Map());
  const name = `${expect.role} ${expect.id}`;
  const found = known.get(name);
  if (found?.roots === roots) return found.agent;
  found?.agent.destroy();
  known.delete(name);
  const oldest = known.size >= mostAgents ? known.entries().next().value : undefined;
  if (oldest) {
    oldest[1].agent.destroy();
    known.delete(oldest[0]);
  }
  const agent = new PeerAgent(identity, (peer) => demandPeer(peer, expect), clock);
  known.set(name, { agent, roots });
  return agent;
}

function getOrMake<K extends WeakKey, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
