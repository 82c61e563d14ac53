import { TrustError, type TrustErrorCode } from '../peer/errors.js';
import type { PeerResponse } from '../peer/https/request.js';

interface Answered {
  readonly id: string;
  readonly participant: string;
  readonly keyFingerprint: string;
}

export type Approved = Answered & {
  readonly state: 'approved';
  readonly certificate: string;
  readonly signingStatement: string;
  readonly encryptionStatement: string;
  readonly trust: string;
  readonly pins: readonly string[];
};

/** What the authority says of an enrolment. */
export type EnrolmentAnswer =
  | (Answered & { readonly state: 'pending' })
  | (Answered & { readonly state: 'rejected'; readonly reason: string })
  | Approved;

/**
 * Reads an answer of the authority; a refusal becomes the error that it names.
 * @throws TrustError CODE_REFUSED | ENROLMENT_REFUSED
 */
export function readAnswer(answer: PeerResponse): EnrolmentAnswer {
  const members = membersOf(answer.body);
  const text = (name: string): string => {
    const value = members[name];
    if (typeof value === 'string') return value;
    throw new TrustError('ENROLMENT_REFUSED', `expected ${name} in the answer of the authority; it is missing`);
  };
  if (answer.status >= 400) {
    const code: TrustErrorCode = members.code === 'CODE_REFUSED' ? 'CODE_REFUSED' : 'ENROLMENT_REFUSED';
    const detail = typeof members.detail === 'string' ? members.detail.slice(0, 500) : 'without a reason';
    throw new TrustError(code, `the authority refused the enrolment (${answer.status}): ${detail}`);
  }
  const shared = { id: idOf(text('id')), participant: text('participant'), keyFingerprint: text('keyFingerprint') };
  const state = text('state');
  if (state === 'pending') return { ...shared, state };
  if (state === 'rejected') return { ...shared, state, reason: text('reason') };
  if (state !== 'approved') throw new TrustError('ENROLMENT_REFUSED', 'the authority answered with an unknown state');
  const { pins } = members;
  if (!Array.isArray(pins) || !pins.every((pin): pin is string => typeof pin === 'string' && pin.length <= 64)) {
    throw new TrustError('ENROLMENT_REFUSED', 'expected pins in the answer of the authority; they are missing');
  }
  return {
    ...shared,
    state,
    certificate: text('certificate'),
    signingStatement: text('signingStatement'),
    encryptionStatement: text('encryptionStatement'),
    trust: text('trust'),
    pins,
  };
}

// The id becomes part of a path.
function idOf(id: string): string {
  if (/^[A-Za-z0-9-]{1,64}$/.test(id)) return id;
  throw new TrustError(
    'ENROLMENT_REFUSED',
    'expected an id of letters, digits and hyphens in the answer of the authority',
  );
}

function membersOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (cause) {
    throw new TrustError('ENROLMENT_REFUSED', 'expected JSON from the authority', { cause });
  }
  throw new TrustError('ENROLMENT_REFUSED', 'expected a JSON object from the authority');
}
