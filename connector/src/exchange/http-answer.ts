import { RpcError } from '@causeway/certs/peer';
import type { Digest } from '@causeway/evidence';
import { status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.js';
import type { OpenData } from '../ports.js';

type Answer = Awaited<ReturnType<OpenData>>;

/** What the head of an answer says of the bytes that follow. */
export interface Head {
  /** Where they begin: 0 of the whole. */
  readonly offset: number;
  /** Of the whole, when the server says it. */
  readonly size?: number;
  /** A strong validator; a part of a representation without one is not asked for. */
  readonly etag?: string;
  /** Of the whole (RFC 9530). */
  readonly digest?: Digest;
}

/** The most of a refusal, or of a token, that is read. */
const smallBytes = 65_536;

const statuses: Readonly<Record<number, status>> = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  410: status.NOT_FOUND,
};

/** A refusal over HTTP in the words of the exchange, so that one table judges both. */
export async function refusalOf(answer: Answer): Promise<RpcError> {
  const { code, detail } = await problemIn(answer);
  const passing = answer.status >= 500 || answer.status === 429 || answer.status === 408;
  const kind = statuses[answer.status] ?? (passing ? status.UNAVAILABLE : status.INVALID_ARGUMENT);
  return new RpcError(kind, `the server answered ${answer.status}${detail === undefined ? '' : `: ${detail}`}`, {
    code,
  });
}

/** @throws ConnectorError MESSAGE_INVALID */
export function headOf({ status: code, headers }: Answer): Head {
  const etag = /^"[^"]{1,500}"$/.exec(headers.etag ?? '')?.[0];
  const digest = digestIn(headers['repr-digest']);
  const more = { ...(etag === undefined ? {} : { etag }), ...(digest === undefined ? {} : { digest }) };
  if (code === 200) {
    const size = lengthIn(headers['content-length']);
    return { offset: 0, ...(size === undefined ? {} : { size }), ...more };
  }
  const [, first, , all] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? [];
  if (first === undefined || all === undefined) {
    throw new ConnectorError(
      'MESSAGE_INVALID',
      `expected to be told which part comes, got "${headers['content-range']}"`,
    );
  }
  return { offset: Number(first), size: Number(all), ...more };
}

function lengthIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function digestIn(header: string | string[] | undefined): Digest | undefined {
  const text = /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(header ?? ''))?.[1];
  return text === undefined ? undefined : `sha-256:${Buffer.from(text, 'base64').toString('hex')}`;
}

/** Our own peers say why in problem details (RFC 9457); what others write is not looked at. */
async function problemIn(answer: Answer): Promise<{ code?: string; detail?: string }> {
  const { code, detail } = await readMembers(answer);
  if (answer.headers['content-type'] !== 'application/problem+json') return {};
  return { ...(typeof code === 'string' ? { code } : {}), ...(typeof detail === 'string' ? { detail } : {}) };
}

/** The members of a small JSON object; none, when it is something else. */
export async function readMembers({ body }: Answer): Promise<Readonly<Record<string, unknown>>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > smallBytes) return {};
    parts.push(part);
  }
  try {
    return Object(JSON.parse(Buffer.concat(parts).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
