import type { Digest } from '../digest.js';
import { digest, identifier, instant, object, oneOf, text } from '../json/shape.js';
import { pid, salt, version } from './members.js';

/** The provider sends no more of a transfer that was started: it alone says so, for it decides. */
export type TransferStopStatement = {
  version: '1';
  type: 'transfer-stop';
  agreement: Digest;
  /** The provider's pid of the transfer process. */
  transfer: string;
  /** Id of the start statement. */
  start: Digest;
  /** Whose move ended it: the provider's own, or the consumer's. */
  by: string;
  /** Digest of the decision record that stopped it; absent when no policy did. */
  decision?: Digest;
  code: string;
  reason: string;
  /** By the provider's clock. */
  time: string;
  salt: string;
};

/** From here on nothing new begins under the agreement: what ends it, which DSP cannot say. Either party may. */
export type AgreementEndStatement = {
  version: '1';
  type: 'agreement-end';
  agreement: Digest;
  /** Who ends it, and signs. */
  signer: string;
  code: string;
  reason: string;
  /** By the signer's clock. */
  time: string;
  salt: string;
};

/** The longest `code` and `reason` of the two, in UTF-16 units. */
export const stoppingLimits = { code: 100, reason: 4_000 } as const;

const why = { code: text(stoppingLimits.code), reason: text(stoppingLimits.reason) };

export const readTransferStop = object(
  {
    version,
    type: oneOf('transfer-stop'),
    agreement: digest,
    transfer: pid,
    start: digest,
    by: identifier,
    ...why,
    time: instant,
    salt,
  },
  { decision: digest },
);

export const readAgreementEnd = object({
  version,
  type: oneOf('agreement-end'),
  agreement: digest,
  signer: identifier,
  ...why,
  time: instant,
  salt,
});
