import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, type OutgoingHttpHeaders } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { SecureVersion } from 'node:tls';
import type { Identity } from '@causeway/certs/peer';

/** What a client brings to a handshake. It judges no server: these tests are about what servers judge. */
export interface Credentials {
  readonly key?: string;
  readonly cert?: string;
  readonly version?: SecureVersion;
}

export function shown({ tls }: Pick<Identity, 'tls'>): Credentials {
  return { key: tls.key, cert: tls.cert };
}

/** How an attempt ended. `closed`: no answer of the application came, by TLS or by the connection's end. */
export type Outcome =
  | { readonly kind: 'closed'; readonly why: string }
  | { readonly kind: 'http'; readonly status: number; readonly code: string; readonly body: string }
  | { readonly kind: 'rpc'; readonly status: number; readonly code: string; readonly body: Buffer };

const deadlineMs = 20_000;
const mostBytes = 4 * 1_048_576;

function tlsOptions({ key, cert, version = 'TLSv1.3' }: Credentials) {
  return {
    ...(key === undefined ? {} : { key }),
    ...(cert === undefined ? {} : { cert }),
    minVersion: version,
    maxVersion: version,
    rejectUnauthorized: false,
  };
}

export interface HttpProbe {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Absent: plain HTTP. */
  readonly credentials?: Credentials;
}

/** One HTTP request on a connection of its own. */
export function askHttp({ credentials, body, headers = {}, ...where }: HttpProbe): Promise<Outcome> {
  return new Promise((resolve) => {
    // What is probed with is no message of ours: the recorder of those passes it by (scripts/record-dsp.mjs).
    const sent = { 'x-made-by-hand': 'probe', ...lengthOf(body), ...headers };
    const options = { host: '127.0.0.1', ...where, headers: sent, agent: false } as const;
    const answered = (response: IncomingMessage) => read(response).then(resolve, closed);
    const closed = (error: Error) => resolve({ kind: 'closed', why: codeOf(error) });
    const request = credentials
      ? httpsRequest({ ...options, ...tlsOptions(credentials) }, answered)
      : httpRequest(options, answered);
    request.setTimeout(deadlineMs, () => request.destroy(new Error('no answer in time')));
    request.on('error', closed);
    request.end(body);
  });
}

function lengthOf(body: string | Buffer | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

async function read(response: IncomingMessage): Promise<Outcome> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error('a longer answer than anything here gives');
    parts.push(part);
  }
  const body = Buffer.concat(parts).toString('utf8');
  return { kind: 'http', status: response.statusCode ?? 0, code: problemCode(response.headers, body), body };
}

/** The `code` of RFC 9457 problem details or of a DSP error. */
function problemCode(headers: IncomingHttpHeaders, body: string): string {
  if (!headers['content-type']?.includes('json')) return '';
  const value: unknown = JSON.parse(body);
  const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : '';
  return typeof code === 'string' ? code : '';
}

export interface RpcProbe {
  readonly port: number;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly credentials: Credentials;
  /** Encoded messages. */
  readonly messages: readonly Uint8Array[];
  readonly metadata?: OutgoingHttpHeaders;
  /** Resolve with the first answer instead of the call's end, and leave the request stream open till then. */
  readonly firstAnswer?: boolean;
  /** Sent as they are instead of framed messages. */
  readonly raw?: Buffer;
}

/** One gRPC call over a connection of its own, written by hand so that it can be wrong. */
export function callRpc(probe: RpcProbe): Promise<Outcome> {
  return new Promise((resolve) => {
    const session = connectHttp2(`https://127.0.0.1:${probe.port}`, {
      ...tlsOptions(probe.credentials),
      ALPNProtocols: ['h2'],
    });
    const done = (outcome: Outcome) => {
      resolve(outcome);
      session.destroy();
    };
    const closed = (error?: Error) => done({ kind: 'closed', why: error ? codeOf(error) : 'the connection ended' });
    session.setTimeout(deadlineMs, () => closed(new Error('no answer in time')));
    session.on('error', closed).on('close', closed);
    const stream = session.request({
      ':method': 'POST',
      ':path': probe.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...probe.metadata,
    });
    const parts: Buffer[] = [];
    const ended = (headers: Record<string, unknown>) => {
      const status = headers['grpc-status'];
      const code = String(headers['causeway-code'] ?? '');
      if (status !== undefined) done({ kind: 'rpc', status: Number(status), code, body: Buffer.concat(parts) });
    };
    stream.on('response', (headers) => {
      const status = headers[constants.HTTP2_HEADER_STATUS];
      if (Number(status) !== 200) done({ kind: 'http', status: Number(status), code: '', body: '' });
      else ended(headers);
    });
    stream.on('trailers', ended);
    stream.on('data', (part: Buffer) => {
      parts.push(part);
      if (probe.firstAnswer) done({ kind: 'rpc', status: 0, code: '', body: Buffer.concat(parts) });
    });
    stream.on('error', closed).on('close', () => closed());
    stream.write(probe.raw ?? Buffer.concat(probe.messages.map(framed)));
    if (!probe.firstAnswer) stream.end();
  });
}

/** A message as gRPC frames it: not compressed, its length, its bytes. */
export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The first message of an answer. */
export function unframed(body: Buffer): Buffer {
  return body.subarray(5, 5 + body.readUInt32BE(1));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
