import { type Digest, type Envelope, type SigningKey, signEnvelope } from '@causeway/evidence';
import type { Agreement, SignedEnvelope } from '../model.js';

/** Who signs, as far as an envelope needs it. */
export interface Signer {
  readonly id: string;
  readonly signing: SigningKey & { readonly keyStatement: string };
}

/** Signs a statement as the next of our envelopes under the agreement; answers the agreement with its sequence moved on. */
export async function signNext(
  identity: Signer,
  agreement: Agreement,
  type: Exclude<Envelope['type'], 'agreement'>,
  statement: Digest,
): Promise<{ readonly agreement: Agreement; readonly own: SignedEnvelope }> {
  const envelope: Envelope = {
    version: '1',
    type,
    statement,
    agreement: agreement.digest,
    sequence: String(agreement.sequence),
    signer: identity.id,
  };
  const own = { envelope: await signEnvelope(envelope, identity.signing), keyStatement: identity.signing.keyStatement };
  return { agreement: { ...agreement, sequence: agreement.sequence + 1 }, own };
}
