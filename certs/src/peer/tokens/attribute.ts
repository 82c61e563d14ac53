import { type Json, Remembered, readJson, type SigningKey, signJson, verifySigned } from '@causeway/evidence';
import { TrustError } from '../errors.js';
import type { Identity } from '../identity.js';
import { isRole, type Peer, type Role } from '../peer.js';
import type { Trust } from '../trust.js';

/** What the authority says of a peer to one audience, bound to the certificate the peer shows. */
export interface AttributeToken {
  readonly subject: string;
  readonly role: Role;
  readonly attributes: Readonly<Record<string, string | string[]>>;
  /** Number of the change after which the attributes were so: of two tokens of one second the higher is the later. */
  readonly revision: number;
  /** Milliseconds since epoch. */
  readonly issued: number;
  /** Milliseconds since epoch. */
  readonly expires: number;
  readonly raw: string;
}

/** The `typ` of an attribute token. */
export const attributeTokenType = 'causeway-attribute+jwt';
/** Most bytes of one. */
export const maxTokenBytes = 8_192;
const skewMs = 30_000;
/** The same token comes with every message of its holder until it expires. */
const verified = new Remembered<AttributeClaims>(1_024);

/** The claims as they are signed; times in seconds since epoch (RFC 7519). */
export interface AttributeClaims {
  readonly version: '1';
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly role: Role;
  readonly attributes: Readonly<Record<string, string | string[]>>;
  readonly revision: number;
  readonly cnf: { readonly 'x5t#S256': string };
}

/** Signs a token; only the authority has the key for it. */
export function issueAttributeToken(claims: AttributeClaims, key: SigningKey): Promise<string> {
  return signJson(attributeTokenType, claims, key);
}

/**
 * Verifies a token that a peer presented on a channel. Its signature alone proves nothing: it must be about this peer, for
 * us, and bound to the very certificate of this channel.
 * @param options.now milliseconds since epoch; 30 s of skew are tolerated
 * @throws TrustError TOKEN_INVALID | TOKEN_EXPIRED | TOKEN_REFUSED
 */
export async function verifyAttributeToken(
  token: string,
  options: { readonly identity: Pick<Identity, 'id' | 'trust'>; readonly peer: Peer; readonly now: number },
): Promise<AttributeToken> {
  const { identity, peer, now } = options;
  const { trust } = identity;
  const claims = await verified.get(trust.authorities, token, () => signedClaims(token, trust));
  const refuse = (what: string) =>
    new TrustError('TOKEN_REFUSED', `the attribute token is ${what}; ask the authority for your own`);
  if (claims.iss !== trust.bundle.authority.id) throw refuse('of another authority');
  if (claims.sub !== peer.id || claims.role !== peer.role)
    throw refuse('about somebody else than the peer of this channel');
  if (claims.aud !== identity.id) throw refuse('for another audience');
  if (claims.cnf['x5t#S256'] !== peer.fingerprint)
    throw refuse('bound to another certificate than that of this channel');
  if (now >= claims.exp * 1_000 + skewMs)
    throw new TrustError('TOKEN_EXPIRED', 'the attribute token has expired; ask for a new one');
  if (now < claims.iat * 1_000 - skewMs) throw refuse('from the future');
  return {
    subject: claims.sub,
    role: claims.role,
    attributes: claims.attributes,
    revision: claims.revision,
    issued: claims.iat * 1_000,
    expires: claims.exp * 1_000,
    raw: token,
  };
}

/**
 * The token of an `Authorization: Bearer …` header.
 * @throws TrustError TOKEN_MISSING
 */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer ([A-Za-z0-9._-]{1,8192})$/.exec(authorization ?? '')?.[1];
  if (token === undefined)
    throw new TrustError('TOKEN_MISSING', 'expected an Authorization header with a Bearer token');
  return token;
}

async function signedClaims(token: string, trust: Trust): Promise<AttributeClaims> {
  const invalid = (cause?: unknown) =>
    new TrustError('TOKEN_INVALID', 'expected an attribute token signed by the authority of this data space', {
      cause,
    });
  let payload: Json;
  try {
    const signed = readJson(token, attributeTokenType, maxTokenBytes);
    const key = trust.authorities.get(signed.kid);
    if (!key) throw new TypeError(`the key ${signed.kid} is none of the authority's`);
    payload = await verifySigned(signed, key);
  } catch (cause) {
    throw invalid(cause);
  }
  if (!isClaims(payload)) throw invalid();
  return payload;
}

function isClaims(value: unknown): value is AttributeClaims {
  if (!isObject(value) || !isObject(value.cnf) || !isObject(value.attributes)) return false;
  const texts = [value.iss, value.sub, value.aud, value.cnf['x5t#S256']];
  const numbers = [value.iat, value.exp, value.revision];
  return (
    value.version === '1' &&
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => Number.isSafeInteger(number)) &&
    isRole(value.role) &&
    Object.values(value.attributes).every(isAttribute)
  );
}

function isAttribute(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
