/**
 * Why an envelope was not logged. `retryable`: the same bytes may succeed later, so the submitter keeps them; anything
 * else stays refused however often it is sent.
 */
export const refusals = {
  ENVELOPE_MALFORMED: { retryable: false, expected: 'an envelope in its canonical form, signed and complete' },
  TOO_LARGE: { retryable: false, expected: 'an envelope and a key statement within the limits' },
  KEY_UNKNOWN: {
    retryable: false,
    expected: "a signing key that an authority of the space certified for the envelope's signer",
  },
  SIGNATURE_INVALID: { retryable: false, expected: 'a signature by the key that the key statement names' },
  NOT_A_PARTY: { retryable: false, expected: 'submitter and signer among the two parties of the agreement' },
  AGREEMENT_UNKNOWN: {
    retryable: true,
    expected: "the signer's own agreement envelope before any other of its envelopes",
  },
  SEQUENCE_GAP: { retryable: true, expected: "the signer's envelopes under an agreement one after the other" },
  SEQUENCE_TAKEN: {
    retryable: false,
    expected: 'one envelope for each sequence number of a signer under an agreement',
  },
  BUSY: { retryable: true, expected: 'fewer envelopes waiting; send it again later' },
} as const satisfies Record<string, { retryable: boolean; expected: string }>;

export type RefusalCode = keyof typeof refusals;

/** The coded answer to an envelope that was not logged. Its message goes over the wire: it quotes nothing of the envelope. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly retryable: boolean;
}

export function refusal(code: RefusalCode, what?: string): Refusal {
  const { expected, retryable } = refusals[code];
  return { code, retryable, message: what === undefined ? `expected ${expected}` : `expected ${expected}; ${what}` };
}

export type LogErrorCode =
  | 'CURSOR_INVALID' // a page was asked for with a cursor that no page gave
  | 'LOG_AHEAD' // the published log knows more than the store: an older store was restored, going on would fork the log
  | 'LOG_CORRUPT' // tiles, checkpoint and store do not tell the same story
  | 'LOG_DEPOSED' // another process holds the sequencer's lease
  | 'LOG_KEY_INVALID' // the log's key is missing, unreadable or belongs to another origin
  | 'TILE_PATH_INVALID'; // a path that no tile can have

/** What the operator can do about LOG_CORRUPT: the command runs `fsck` and says what differs. */
export const advice = "stop the clearing house and run 'causeway clearing-house fsck --home <its folder>'";

/** An error of the log itself. `data` says which part; the cause is for the operator's log and never sent. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  readonly data: Readonly<Record<string, string | number>>;

  constructor(
    code: LogErrorCode,
    message: string,
    options: { data?: Readonly<Record<string, string | number>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
