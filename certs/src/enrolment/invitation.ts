import { X509Certificate } from 'node:crypto';
import { TrustError } from '../peer/errors.js';

/** What an operator hands to a firm so that it can join, outside of the data space's own channels. */
export interface Invitation {
  /** `https:` address of the authority's enrolment. */
  readonly authority: string;
  /** The space's root certificate, PEM: the only one trusted during enrolment. */
  readonly root: string;
  /** SHA-256 of the root certificate, for people to compare. */
  readonly fingerprint: string;
  /** One-time code. */
  readonly code: string;
}

const prefix = 'causeway-invitation-v1.';
const maxLength = 16_384;
/** An invitation's id and its secret, both base64url. */
export const codePattern = /^[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{22,64}$/;

/** One line of text, to be copied as it is. */
export function writeInvitation(invitation: Pick<Invitation, 'authority' | 'root' | 'code'>): string {
  const root = new X509Certificate(invitation.root).raw.toString('base64url');
  const { authority, code } = invitation;
  return prefix + Buffer.from(JSON.stringify({ authority, root, code })).toString('base64url');
}

/**
 * Reads the text of an invitation. Its root certificate is believed because of who handed it over; compare its fingerprint.
 * @throws TrustError INVITATION_INVALID
 */
export function readInvitation(text: string): Invitation {
  const trimmed = text.trim();
  const invalid = (what: string, cause?: unknown) =>
    new TrustError('INVITATION_INVALID', `expected the text of an invitation, ${what}; copy it again, whole`, {
      cause,
    });
  if (!trimmed.startsWith(prefix) || trimmed.length > maxLength) throw invalid(`which begins with ${prefix}`);
  try {
    const value: unknown = JSON.parse(Buffer.from(trimmed.slice(prefix.length), 'base64url').toString('utf8'));
    if (!hasTexts(value)) throw new TypeError('a member is missing');
    const url = new URL(value.authority);
    if (url.protocol !== 'https:' || url.pathname !== '/' || url.username !== '')
      throw new TypeError('its address is not plain https');
    if (!codePattern.test(value.code)) throw new TypeError('its code is malformed');
    const certificate = new X509Certificate(Buffer.from(value.root, 'base64url'));
    return {
      authority: url.origin,
      root: certificate.toString(),
      fingerprint: certificate.fingerprint256,
      code: value.code,
    };
  } catch (cause) {
    throw invalid('which cannot be read', cause);
  }
}

function hasTexts(value: unknown): value is { authority: string; root: string; code: string } {
  if (typeof value !== 'object' || value === null) return false;
  const members: Record<string, unknown> = { ...value };
  return ['authority', 'root', 'code'].every((name) => typeof members[name] === 'string');
}
