import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Identity, Peer } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { errors, jwtVerify, SignJWT } from 'jose';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';

const typ = 'causeway-transfer+jwt';
const skewSeconds = 30;

export interface TransferToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expires: number;
}

/**
 * Tokens that open one transfer each, for the holder of one certificate. We issue them and we read them, nobody else
 * does. They are minted when they are sent, and never stored.
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
  async mint(transfer: Transfer, fingerprint: string): Promise<TransferToken> {
    const { id, signing } = this.#identity;
    const expires = Math.floor((this.#clock.now() + this.#lifetimeMs) / 1_000);
    const { pid, agreement, dataset } = transfer;
    const token = await new SignJWT({ transfer: pid, agreement, dataset, cnf: { 'x5t#S256': fingerprint } })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: signing.kid })
      .setIssuer(id)
      .setAudience(id)
      .setExpirationTime(expires)
      .sign(signing.privateKey);
    return { token, expires };
  }

  /**
   * Demands a token of ours for exactly this transfer, bound to the certificate of the channel it came over (I4).
   * @param authorization the metadata value, `Bearer <token>`
   * @throws ConnectorError TOKEN_INVALID
   */
  async demand(authorization: string | undefined, transfer: Transfer, peer: Peer): Promise<void> {
    const token = /^Bearer ([A-Za-z0-9._-]{1,4096})$/.exec(authorization ?? '')?.[1];
    if (token === undefined) throw invalid('expected "Bearer <token>" as authorization');
    const { cnf, ...claims } = await this.#verify(token);
    const bound = typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf ? cnf['x5t#S256'] : undefined;
    if (bound !== peer.fingerprint)
      throw invalid('the token is bound to another certificate; renew it on this channel');
    const { pid, agreement, dataset } = transfer;
    if (claims['transfer'] !== pid || claims['agreement'] !== agreement || claims['dataset'] !== dataset) {
      throw invalid('the token opens another transfer');
    }
  }

  async #verify(token: string) {
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        typ,
        algorithms: ['EdDSA'],
        issuer: this.#identity.id,
        audience: this.#identity.id,
        requiredClaims: ['exp', 'cnf', 'transfer', 'agreement', 'dataset'],
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

function invalid(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('TOKEN_INVALID', message, { cause });
}
