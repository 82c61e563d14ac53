import { createPublicKey, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type Clock, ensureDir, type Random } from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import { PeerAgent } from '../peer/https/agent.js';
import { type PeerResponse, send } from '../peer/https/request.js';
import { assembleIdentity, type Identity } from '../peer/identity.js';
import { saveIdentity } from '../peer/identity-folder.js';
import type { Peer } from '../peer/peer.js';
import { maxTrustBytes, readTrust } from '../peer/trust.js';
import { neverSent } from '../peer/unreachable.js';
import { type Approved, type EnrolmentAnswer, readAnswer } from './answer.js';
import type { Invitation } from './invitation.js';
import { closePending, openKeys, openPending, type PendingEnrolment } from './pending.js';
import { type EnrolmentKeys, enrolmentRequest, keyFingerprint } from './request.js';

export interface EnrolOptions {
  readonly invitation: Invitation;
  /** Becomes the identity folder. */
  readonly folder: string;
  /** Under which others reach this service; the authority writes them into the certificate. */
  readonly addresses: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly clock: Clock;
  readonly random: Random;
  /** Size of the TLS key. Default 3,072. */
  readonly rsaBits?: number;
}

/** A request that waits for the operator. */
export interface Enrolment {
  /** What the operator approves. */
  readonly id: string;
  /** The id that the certificate will name. */
  readonly participant: string;
  /** To compare with what the operator sees, by another way than this network. */
  readonly keyFingerprint: string;
  /**
   * Polls until the operator has decided, then writes the identity folder.
   * @throws TrustError ENROLMENT_REJECTED with the operator's reason, TRUST_INVALID, IDENTITY_INVALID
   */
  wait(signal?: AbortSignal): Promise<Identity>;
}

const firstPollMs = 500;
const mostPollMs = 5_000;

/**
 * Makes keys in the folder, proves them, and asks the authority of an invitation to certify them. Everything is saved
 * before it is sent: calling it again after a crash goes on where it stopped.
 * @throws TrustError CODE_REFUSED | ENROLMENT_REFUSED | PEER_UNREACHABLE | PEER_UNTRUSTED
 */
export async function enrol(options: EnrolOptions): Promise<Enrolment> {
  const { invitation, folder, clock } = options;
  const made = await ensureDir(folder);
  const pending = await openPending(folder, invitation, options.addresses, options.random);
  const keys = await openKeys(folder, options.rsaBits ?? 3_072);
  // The invitation's root is the only one trusted here, and of what it certified only the authority is.
  const agent = new PeerAgent({ roots: [pending.root] }, demandAuthority, clock);
  const request = await enrolmentRequest({ keys, ...pending });
  const answer = await ask(agent, pending, 'POST', '/v1/enrolments', JSON.stringify(request)).catch(async (error) => {
    agent.destroy();
    // Keys that nobody certifies are of no use. What was there before stays, and all of it if the request may have arrived.
    if (made !== undefined && inVain(error)) await rm(made, { recursive: true, force: true });
    throw error;
  });
  const own = keyFingerprint({
    tls: createPublicKey(keys.tls),
    signing: createPublicKey(keys.signing),
    encryption: createPublicKey(keys.encryption),
  });
  if (answer.keyFingerprint !== own) {
    throw new TrustError(
      'ENROLMENT_REFUSED',
      'the authority has received other keys than these; do not go on with this invitation',
    );
  }
  return {
    id: answer.id,
    participant: answer.participant,
    keyFingerprint: own,
    async wait(signal) {
      try {
        const approved = await decision(agent, pending, answer.id, clock, signal);
        const identity = await identityFrom(approved, keys, pending);
        await saveIdentity(folder, identity);
        await closePending(folder);
        return identity;
      } finally {
        agent.destroy();
      }
    },
  };
}

function inVain(error: unknown): boolean {
  if (!(error instanceof TrustError)) return false;
  return error.code === 'CODE_REFUSED' || error.code === 'PEER_UNEXPECTED' || neverSent(error.cause);
}

function demandAuthority(peer: Peer): Peer {
  if (peer.role === 'authority') return peer;
  throw new TrustError(
    'PEER_UNEXPECTED',
    `expected the authority; ${peer.id} as ${peer.role} is there, and nothing was sent`,
  );
}

async function decision(
  agent: PeerAgent,
  pending: PendingEnrolment,
  id: string,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Approved> {
  for (let pause = firstPollMs; ; pause = Math.min(pause * 1.5, mostPollMs)) {
    signal?.throwIfAborted();
    const answer = await ask(agent, pending, 'GET', `/v1/enrolments/${id}`).catch((error: unknown) => {
      // The authority may be away for a while; the operator's decision is not lost by that.
      if (error instanceof TrustError && (error.code === 'PEER_UNREACHABLE' || error.code === 'PEER_TIMEOUT'))
        return undefined;
      throw error;
    });
    if (answer?.state === 'approved') return answer;
    if (answer?.state === 'rejected') {
      throw new TrustError('ENROLMENT_REJECTED', `the operator has rejected the enrolment: ${answer.reason}`);
    }
    await clock.sleep(pause, signal);
  }
}

async function ask(
  agent: PeerAgent,
  pending: PendingEnrolment,
  method: string,
  path: string,
  body?: string,
): Promise<EnrolmentAnswer> {
  const answer: PeerResponse = await send(
    {
      url: pending.authority + path,
      method,
      headers:
        body === undefined ? { authorization: `Bearer ${pending.secret}` } : { 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
      timeoutMs: 20_000,
      maxBytes: 2 * maxTrustBytes,
    },
    agent,
  );
  return readAnswer(answer);
}

/** What the authority answered is used only when it fits the keys of this folder and the root of the invitation. */
async function identityFrom(approved: Approved, keys: EnrolmentKeys, pending: PendingEnrolment): Promise<Identity> {
  const trust = await readTrust(approved.trust, approved.pins);
  const roots = trust.bundle.roots.map((root) => new X509Certificate(root).fingerprint256);
  if (!roots.includes(new X509Certificate(pending.root).fingerprint256)) {
    throw new TrustError(
      'TRUST_INVALID',
      'expected a trust bundle with the root of the invitation; it names others only',
    );
  }
  const identity = await assembleIdentity({
    tlsKey: keys.tls,
    tlsCert: approved.certificate,
    signingKey: keys.signing,
    signingStatement: approved.signingStatement,
    encryptionKey: keys.encryption,
    encryptionStatement: approved.encryptionStatement,
    trust,
  });
  if (identity.id === approved.participant) return identity;
  throw new TrustError(
    'IDENTITY_INVALID',
    `expected a certificate of ${approved.participant}; it is of ${identity.id}`,
  );
}
