import { type Json, readJson } from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import { TrustError } from '../errors.js';
import { peerRequest } from '../https/request.js';
import type { Identity } from '../identity.js';
import { attributeTokenType, maxTokenBytes } from './attribute.js';

/** Where a service gets the attribute token it attaches to what it sends. */
export interface TokenSource {
  /** A token for that audience (an id), good for a while yet. */
  for(audience: string): Promise<string>;
}

interface Cached {
  readonly token: string;
  readonly expires: number;
}

const mostCached = 1_000;
/** A token is renewed this long before it expires, so that it does not expire under way. */
const marginMs = 60_000;

/** Attribute tokens from the authority, over mutual TLS, one request per audience and lifetime. */
export class AttributeTokens implements TokenSource {
  readonly #identity: () => Identity;
  readonly #clock: Clock;
  readonly #cached = new Map<string, Cached>();
  readonly #asked = new Map<string, Promise<string>>();

  constructor(options: { identity: Identity | (() => Identity); clock: Clock }) {
    const { identity } = options;
    this.#identity = typeof identity === 'function' ? identity : () => identity;
    this.#clock = options.clock;
  }

  /** @throws TrustError TOKEN_REFUSED, and those of {@link peerRequest} */
  async for(audience: string): Promise<string> {
    const cached = this.#cached.get(audience);
    if (cached && this.#clock.now() < cached.expires - marginMs) return cached.token;
    let asked = this.#asked.get(audience);
    if (!asked) {
      asked = this.#ask(audience).finally(() => this.#asked.delete(audience));
      this.#asked.set(audience, asked);
    }
    return asked;
  }

  async #ask(audience: string): Promise<string> {
    const identity = this.#identity();
    const { authority } = identity.trust.bundle;
    const answer = await peerRequest({
      identity,
      url: `${authority.https}/v1/tokens`,
      expect: { id: authority.id, role: 'authority' },
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ audience }),
      timeoutMs: 10_000,
      maxBytes: 2 * maxTokenBytes,
      clock: this.#clock,
    });
    const token = answer.status === 200 ? tokenOf(answer.body) : undefined;
    if (token === undefined) {
      throw new TrustError(
        'TOKEN_REFUSED',
        `the authority gave no token for ${audience}; status ${answer.status} came`,
        {
          data: { status: answer.status },
        },
      );
    }
    this.#keep(audience, { token, expires: expiryOf(token) });
    return token;
  }

  #keep(audience: string, cached: Cached): void {
    this.#cached.delete(audience);
    this.#cached.set(audience, cached);
    const oldest = this.#cached.size > mostCached ? this.#cached.keys().next().value : undefined;
    if (oldest !== undefined) this.#cached.delete(oldest);
  }
}

function tokenOf(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string'
      ? answer.token
      : undefined;
  } catch {
    return undefined;
  }
}

// The channel proves who issued it; the audience verifies its signature. Here only its lifetime matters.
function expiryOf(token: string): number {
  const payload: Json = readJson(token, attributeTokenType, maxTokenBytes).payload;
  const exp = typeof payload === 'object' && payload !== null && 'exp' in payload ? payload.exp : undefined;
  return typeof exp === 'number' ? exp * 1_000 : 0;
}
