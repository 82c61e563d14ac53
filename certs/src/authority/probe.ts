import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import { handshake } from '../peer/handshake.js';
import type { Peer } from '../peer/peer.js';
import type { TlsIdentity } from '../peer/tls.js';
import { nearness } from './nearness.js';
import type { Records } from './records.js';

/** What became of a connection to a member's own address; of several, the first that was found. */
export const probeOutcomes = ['reached', 'other', 'refused', 'silent', 'unresolved', 'withheld'] as const;
export type ProbeOutcome = (typeof probeOutcomes)[number];

export interface ProbeAnswer {
  readonly address: string;
  readonly outcome: ProbeOutcome;
}

export interface Probed {
  readonly peer: Peer;
  /** The certificate that the member shows on this channel, DER. */
  readonly certificate: Uint8Array;
  /** Where the member's request came from. */
  readonly from: string;
  /** `host:port`. */
  readonly address: string;
}

const perMinute = 12;
const minuteMs = 60_000;
const mostAtOnce = 8;
const mostTargets = 4;
const timeoutMs = 5_000;

/**
 * Connects back to a member, so that it learns whether others reach it. It is no port scanner: the host must be a name or address
 * in the certificate that the member shows, which the operator approved; what it resolves to must be public, or no nearer to the
 * authority than the member itself is; it is a handshake that ends before a byte is sent; and there are few of them.
 */
export class Prober {
  readonly #identity: TlsIdentity;
  readonly #records: Records;
  readonly #clock: Clock;
  /** When each member has asked within the last minute. */
  readonly #asked = new Map<string, number[]>();
  #running = 0;

  constructor(options: { identity: TlsIdentity; records: Records; clock: Clock }) {
    this.#identity = options.identity;
    this.#records = options.records;
    this.#clock = options.clock;
  }

  /** @throws TrustError ROLE_REFUSED | TOKEN_REFUSED | ADDRESS_REFUSED | BUSY */
  async probe({ peer, certificate, from, address }: Probed): Promise<ProbeAnswer> {
    if (peer.role !== 'participant') {
      throw new TrustError('ROLE_REFUSED', `expected a participant; ${peer.id} is a ${peer.role}`);
    }
    const member = (await this.#records.participants.get(peer.id))?.value;
    if (member?.fingerprint !== peer.fingerprint) {
      throw new TrustError('TOKEN_REFUSED', 'expected a member with the certificate it was given last');
    }
    const { host, port } = ownAddress(address, certificate);
    this.#admit(peer.id);
    this.#running += 1;
    try {
      const targets = (await this.#resolved(host)).slice(0, mostTargets);
      const near = targets.filter((target) => mayAsk(from, target));
      const outcomes = await Promise.all(near.map((target) => this.#connect(peer, target, port)));
      // A partner tries each address of a name, and one that answers is enough.
      const found = probeOutcomes.find((outcome) => outcomes.includes(outcome));
      return { address, outcome: found ?? (targets.length === 0 ? 'unresolved' : 'withheld') };
    } finally {
      this.#running -= 1;
    }
  }

  /** A name is resolved once, and what was judged is what is connected to. */
  async #resolved(host: string): Promise<string[]> {
    if (isIP(host) !== 0) return [host];
    return lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    );
  }

  async #connect({ id, role }: Peer, host: string, port: number): Promise<ProbeOutcome> {
    const options = { identity: this.#identity, host, port, expect: { id, role }, timeoutMs, clock: this.#clock };
    try {
      await handshake(options);
      return 'reached';
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      if (error.code === 'PEER_TIMEOUT') return 'silent';
      const reason = error.data?.reason;
      if (reason === 'ECONNREFUSED') return 'refused';
      return reason === 'EHOSTUNREACH' || reason === 'ENETUNREACH' || reason === 'ETIMEDOUT' ? 'silent' : 'other';
    }
  }

  #admit(id: string): void {
    const now = this.#clock.now();
    for (const [member, times] of this.#asked) {
      if ((times.at(-1) ?? 0) <= now - minuteMs) this.#asked.delete(member);
    }
    const recent = (this.#asked.get(id) ?? []).filter((time) => time > now - minuteMs);
    if (recent.length >= perMinute || this.#running >= mostAtOnce) {
      throw new TrustError('BUSY', `expected at most ${perMinute} probes a minute; try again in a minute`);
    }
    this.#asked.set(id, [...recent, now]);
  }
}

/** Public addresses, and of the others those that the member is as near to as the authority. */
function mayAsk(from: string, target: string): boolean {
  const near = nearness(target);
  return near === 0 || (Number.isFinite(near) && Number.isFinite(nearness(from)) && near <= nearness(from));
}

function ownAddress(address: string, certificate: Uint8Array): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const names = new X509Certificate(certificate);
  const own = isIP(host) === 0 ? names.checkHost(host, { subject: 'never', wildcards: false }) : names.checkIP(host);
  if (own !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new TrustError(
    'ADDRESS_REFUSED',
    'expected host:port with a host name or address in your own certificate; another was asked for',
  );
}
