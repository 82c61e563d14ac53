import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Identity, type Peer, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import { refusal } from '../reasons.js';

const typ = 'causeway-transfer+jwt';
const skewSeconds = 30;

export interface TransferToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expires: number;
}

/** What a token of ours opens, once it has been verified. */
export interface Opens {
  /** Our pid of the transfer. */
  readonly transfer: string;
  readonly agreement: string;
  readonly dataset: string;
  /** Whom it was given to. */
  readonly consumer: string;
  /** Bound to no certificate: whoever holds it can use it. */
  readonly unbound: boolean;
}

/**
 * Tokens that open one transfer each, for the holder of one certificate, or, where the offer allowed it, for whoever holds the
 * token. We issue them and we read them, nobody else does. They are minted when they are sent, and never stored.
 */
export class TransferTokens {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #publicKey: KeyObject;

  constructor(options: { readonly identity: Identity; readonly clock: Clock; readonly lifetimeMs: number }) {
    this.#identity = options.identity;
    this.#clock = options.clock;
    this.#lifetimeMs = options.lifetimeMs;
    this.#publicKey = createPublicKey(options.identity.signing.privateKey);
  }

  /** @param fingerprint x5t#S256 of the certificate that may use it (RFC 8705, section 3.1) */
  mint(transfer: Transfer, fingerprint: string): Promise<TransferToken> {
    return this.#sign(transfer, { cnf: { 'x5t#S256': fingerprint } });
  }

  /**
   * A token bound to no certificate, which says so: the one exception to I4.
   * @throws ConnectorError POLICY_DENIED unless the transfer began as one whose offer allows it
   */
  async mintUnbound(transfer: Transfer): Promise<TransferToken> {
    if (transfer.unbound) return this.#sign(transfer, { unbound: true });
    throw refusal('POLICY_DENIED', 'There is no certificate to bind a token to, and the offer allows no unbound one.');
  }

  /**
   * Demands a token of ours, bound to the certificate of the channel it came over (I4) or made as an unbound one. A channel without
   * a certificate opens nothing that is bound, and one with a certificate nothing that belongs to another participant.
   *
   * @param authorization `Bearer <token>`
   * @throws ConnectorError TOKEN_INVALID, TrustError PEER_MISSING
   */
  async read(authorization: string | undefined, peer: Peer | undefined): Promise<Opens> {
    const token = /^Bearer ([A-Za-z0-9._-]{1,4096})$/.exec(authorization ?? '')?.[1];
    if (token === undefined) throw invalid('expected "Bearer <token>" as authorization');
    const { cnf, ...claims } = await this.#verify(token);
    const { sub: consumer = '', transfer, agreement, dataset } = claims;
    const unbound = claims['unbound'] === true && cnf === undefined;
    if (!unbound) demandBound(cnf, peer);
    if (peer !== undefined && peer.id !== consumer) throw invalid('the token was given to another participant');
    return { consumer, unbound, transfer: String(transfer), agreement: String(agreement), dataset: String(dataset) };
  }

  /**
   * As `read`, for exactly this transfer, bound.
   * @throws ConnectorError TOKEN_INVALID
   */
  async demand(authorization: string | undefined, { pid, agreement, dataset }: Transfer, peer: Peer): Promise<void> {
    const opens = await this.read(authorization, peer);
    if (opens.unbound) throw invalid('the token is bound to no certificate; renew it on this channel');
    if (opens.transfer !== pid || opens.agreement !== agreement || opens.dataset !== dataset) {
      throw invalid('the token opens another transfer');
    }
  }

  async #sign({ pid, peer, agreement, dataset }: Transfer, holder: JWTPayload): Promise<TransferToken> {
    const { id, signing } = this.#identity;
    const expires = Math.floor((this.#clock.now() + this.#lifetimeMs) / 1_000);
    const token = await new SignJWT({ transfer: pid, agreement, dataset, ...holder })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: signing.kid })
      .setIssuer(id)
      .setAudience(id)
      .setSubject(peer)
      .setExpirationTime(expires)
      .sign(signing.privateKey);
    return { token, expires };
  }

  async #verify(token: string) {
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        typ,
        algorithms: ['EdDSA'],
        issuer: this.#identity.id,
        audience: this.#identity.id,
        requiredClaims: ['exp', 'sub', 'transfer', 'agreement', 'dataset'],
        clockTolerance: skewSeconds,
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw invalid(
        error instanceof errors.JWTExpired ? 'the token has expired; renew it' : 'the token is none of ours',
        error,
      );
    }
  }
}

function demandBound(cnf: unknown, peer: Peer | undefined): void {
  const bound = typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf ? cnf['x5t#S256'] : undefined;
  if (peer === undefined)
    throw new TrustError('PEER_MISSING', 'the token is bound to a certificate; none was presented');
  if (bound === undefined || bound !== peer.fingerprint) {
    throw invalid('the token is bound to another certificate; renew it on this channel');
  }
}

function invalid(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('TOKEN_INVALID', message, { cause });
}
