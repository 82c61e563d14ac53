import { createHash, X509Certificate } from 'node:crypto';
import { TrustError } from '../peer/errors.js';
import { isPeerId, isRole, type Role } from '../peer/peer.js';

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
  /** What the invited are told they become; what they are is in the certificate they get. */
  readonly space: string;
  readonly id: string;
  readonly role: Role;
}

type Written = Pick<Invitation, 'authority' | 'code' | 'space' | 'id' | 'role'>;

const prefix = 'causeway-invitation-v2.';
/** Of a mail with an invitation in it. */
export const maxInvitationText = 65_536;
/** An invitation's id and its secret, both base64url. */
export const codePattern = /^[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{22,64}$/;
const form = /causeway-invitation-v2\.([A-Za-z0-9_-]{1,4096})\.([A-Za-z0-9_-]{1,8192})\.([A-Za-z0-9_-]{8})/g;
const fingerprintForm = /(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g;

/** The part of an invitation that machines read: one line, which may be broken and indented anywhere. */
export function writeInvitation(invitation: Written & Pick<Invitation, 'root'>): string {
  const { root, authority, code, space, id, role } = invitation;
  const head = Buffer.from(JSON.stringify({ authority, code, space, id, role })).toString('base64url');
  const body = `${head}.${new X509Certificate(root).raw.toString('base64url')}`;
  return `${prefix}${body}.${checkOf(body)}`;
}

/**
 * Finds the invitation in a text that went through mails and messengers: with words around it, quoted with `>`, its lines
 * broken, indented or joined, its hyphens and blanks replaced by others. Its root certificate is believed because of who
 * handed it over; compare its fingerprint. One that the words around it name has to be the same.
 *
 * @throws TrustError INVITATION_INVALID
 */
export function readInvitation(text: string): Invitation {
  if (text.length > maxInvitationText) throw invalid(`in at most ${maxInvitationText} characters; ${text.length} came`);
  const bare = text
    .normalize('NFKC')
    .replace(/\p{Pd}/gu, '-')
    .replace(/[\s>|=\p{Cf}]/gu, '');
  const found = new Map([...bare.matchAll(form)].map((match) => [match[0], match]));
  const [match, another] = [...found.values()];
  if (!match) {
    throw invalid(bare.includes(prefix) ? 'whole; its end is missing' : `with a part that begins with ${prefix}`);
  }
  if (another) throw invalid('one; two different ones are in this text');
  const [, head = '', root = '', check] = match;
  if (check !== checkOf(`${head}.${root}`)) throw invalid('as it was written; it was changed on the way');
  const invitation = parsed(head, root);
  const named = [...bare.matchAll(fingerprintForm)].map(([name]) => name);
  if (named.every((name) => name === invitation.fingerprint)) return invitation;
  throw invalid(
    `whose words fit it; they name the root certificate ${named[0]}, and it holds ${invitation.fingerprint}: somebody may have put it there`,
  );
}

function parsed(head: string, root: string): Invitation {
  try {
    const value: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    if (!isWritten(value)) throw new TypeError('a member is missing');
    const { authority, code, space, id, role } = value;
    const url = new URL(authority);
    if (url.protocol !== 'https:' || url.pathname !== '/' || url.username !== '')
      throw new TypeError('its address is not plain https');
    if (!codePattern.test(code)) throw new TypeError('its code is malformed');
    const certificate = new X509Certificate(Buffer.from(root, 'base64url'));
    const { fingerprint256: fingerprint } = certificate;
    return { authority: url.origin, root: certificate.toString(), fingerprint, code, space, id, role };
  } catch (cause) {
    throw invalid('which can be read', cause);
  }
}

function isWritten(value: unknown): value is Written {
  if (typeof value !== 'object' || value === null) return false;
  const { authority, code, space, id, role }: Partial<Record<keyof Written, unknown>> = value;
  const texts = [authority, code, space].every((text) => typeof text === 'string');
  return texts && typeof id === 'string' && isPeerId(id) && isRole(role);
}

/** Tells a text that was cut or changed from a code that is not valid. */
function checkOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 8);
}

function invalid(what: string, cause?: unknown): TrustError {
  return new TrustError(
    'INVITATION_INVALID',
    `expected the text of an invitation, ${what}; copy it again, whole, or ask the operator for a new one`,
    { cause },
  );
}
