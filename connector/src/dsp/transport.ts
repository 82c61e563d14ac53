import type { JsonObject } from '../model.js';
import type { DspBinding, DspIdentity, DspTransport } from '../ports.js';
import { isObject } from './messages.js';

const timeoutMs = 20_000;
/** A peer's catalog page is the largest answer that is read. */
const maxBytes = 8 * 1_048_576;

/** DSP messages as JSON, with what proves us to their receiver, over the binding of an identity. */
export function peerTransport(identity: DspIdentity, binding: DspBinding): DspTransport {
  return {
    async send({ peer, method, url, body, signal }) {
      const answer = await binding.request({
        peer,
        method,
        url,
        headers: {
          authorization: await identity.authorization(peer),
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs,
        maxBytes,
        signal,
      });
      const read = readObject(answer.body);
      return {
        status: answer.status,
        ...(read === undefined ? {} : { body: read }),
        ...linkOf(answer.headers['link']),
      };
    },
  };
}

/** An acknowledgement may have no body, or one of no interest. */
function readObject(text: string): JsonObject | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The next page, of a catalog that has one (RFC 8288). */
function linkOf(header: string | string[] | undefined): { next?: string } {
  const links = Array.isArray(header) ? header.join(', ') : (header ?? '');
  const next = /<([^<>]{1,2000})>\s*;[^,]*\brel="?next"?/.exec(links)?.[1];
  return next === undefined ? {} : { next };
}
