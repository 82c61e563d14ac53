import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { TrustError } from './errors.js';

export const roles = ['participant', 'broker', 'clearing-house', 'authority', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** Who is at the other end of a channel, as its certificate proves. Nothing here comes from a message. */
export interface Peer {
  readonly id: string;
  readonly role: Role;
  /** base64url SHA-256 of the DER certificate: `x5t#S256` of RFC 8705. */
  readonly fingerprint: string;
  /** Milliseconds since epoch. */
  readonly notAfter: number;
}

/** Whom a client means to talk to; compared with the server's certificate before the first byte. */
export interface Expected {
  readonly id: string;
  readonly role: Role;
}

/** The second URI among a certificate's subject alternative names; the first is the id. */
export const rolePrefix = 'urn:causeway:role:';

const idPattern = /^[A-Za-z0-9:._-]{1,200}$/;

/** Whether a string may be the id of a participant or service. */
export function isPeerId(id: string): boolean {
  return idPattern.test(id) && id.includes(':') && !id.toLowerCase().startsWith(rolePrefix);
}

export function isRole(role: unknown): role is Role {
  return (roles as readonly unknown[]).includes(role);
}

/**
 * Reads id and role from the subject alternative names in the text form of `X509Certificate.subjectAltName`.
 * An attacker may have put separators and quotes into a name, so anything quoted is refused, and there must be exactly
 * one id and one role.
 * @throws TrustError PEER_MALFORMED
 */
export function namesOf(subjectAltName: string | undefined): { id: string; role: Role } {
  const refuse = (what: string) =>
    new TrustError('PEER_MALFORMED', `expected a certificate with one id and one role among its names; ${what}`);
  if (subjectAltName === undefined) throw refuse('it has no subject alternative names');
  if (subjectAltName.length > 8_192) throw refuse('its names are longer than 8,192 characters');
  // Node quotes a name exactly when it holds characters that could forge another one.
  if (subjectAltName.includes('"')) throw refuse('one of its names had to be quoted');
  const uris = subjectAltName
    .split(', ')
    .filter((name) => name.startsWith('URI:'))
    .map((name) => name.slice('URI:'.length));
  const [first, second] = uris;
  if (uris.length !== 2 || first === undefined || second === undefined) throw refuse(`it has ${uris.length} URIs`);
  const [id, role] = first.startsWith(rolePrefix) ? [second, first] : [first, second];
  if (!isPeerId(id)) throw refuse('the id holds characters other than [A-Za-z0-9:._-] or is a role');
  const name = role.slice(rolePrefix.length);
  if (!role.startsWith(rolePrefix) || !isRole(name)) throw refuse('the role is unknown');
  return { id, role: name };
}

const parsed = new Map<string, Peer>();
const mostParsed = 1_000;

/**
 * The peer of a DER certificate whose chain OpenSSL has already verified in the handshake.
 * @throws TrustError PEER_MALFORMED
 */
export function peerOfCertificate(der: Uint8Array): Peer {
  // gRPC asks at every call, and parsing costs a tenth of a millisecond; the same bytes always say the same.
  const fingerprint = fingerprintOf(der);
  const before = parsed.get(fingerprint);
  if (before) return before;
  const certificate = new X509Certificate(der);
  const names = namesOf(certificate.subjectAltName);
  const notAfter = Date.parse(certificate.validTo);
  if (!Number.isFinite(notAfter)) {
    throw new TrustError('PEER_MALFORMED', `expected an end of validity in the certificate of ${names.id}`);
  }
  const peer: Peer = { ...names, fingerprint, notAfter };
  const oldest = parsed.size >= mostParsed ? parsed.keys().next().value : undefined;
  if (oldest !== undefined) parsed.delete(oldest);
  parsed.set(fingerprint, peer);
  return peer;
}

/** `x5t#S256` of a DER certificate. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url');
}

/**
 * OpenSSL judges validity once, at the handshake; connections live longer, so every call asks again.
 * @throws TrustError PEER_EXPIRED
 */
export function unexpired(peer: Peer, now: number): Peer {
  if (now < peer.notAfter) return peer;
  throw new TrustError(
    'PEER_EXPIRED',
    `the certificate of ${peer.id} ended at ${new Date(peer.notAfter).toISOString()}; it has to be renewed`,
  );
}

const known = new WeakMap<TLSSocket, Peer>();

/**
 * The verified peer of a TLS connection, on either end of it.
 * @param now milliseconds since epoch
 * @throws TrustError PEER_MISSING | PEER_UNTRUSTED | PEER_EXPIRED | PEER_MALFORMED
 */
export function peerOfSocket(socket: TLSSocket, now: number): Peer {
  const before = known.get(socket);
  if (before) return unexpired(before, now);
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) {
    throw new TrustError('PEER_MISSING', 'expected a client certificate of this data space; none was presented');
  }
  if (!socket.authorized) {
    throw new TrustError(
      'PEER_UNTRUSTED',
      'the certificate was not issued by a root of this data space, or has expired',
      {
        cause: socket.authorizationError,
      },
    );
  }
  // A resumed session proves possession of a ticket, not of a key, and skips the check of validity.
  if (socket.isSessionReused())
    throw new TrustError('PEER_UNTRUSTED', 'resumed sessions are not accepted; connect anew');
  const peer = peerOfCertificate(certificate.raw);
  known.set(socket, peer);
  return unexpired(peer, now);
}

/**
 * Compares who is there with who was meant.
 * @throws TrustError PEER_UNEXPECTED
 */
export function demandPeer(peer: Peer, expect: Expected): Peer {
  if (peer.id === expect.id && peer.role === expect.role) return peer;
  throw new TrustError(
    'PEER_UNEXPECTED',
    `expected ${expect.id} as ${expect.role}, but the certificate there is of ${peer.id} as ${peer.role}; nothing was sent`,
    { data: { expected: expect.id, found: peer.id, role: peer.role } },
  );
}
