/** What can be wrong with something signed or proven; callers switch on it. */
export type EvidenceErrorCode =
  /** Larger than the reader's maximum. */
  | 'TOO_LARGE'
  /** JSON that does not come back byte for byte when parsed and canonicalised. */
  | 'NOT_CANONICAL'
  /** Canonical JSON of another shape than expected; `data.pointer` names the member. */
  | 'SHAPE_INVALID'
  /** Not a compact JWS exactly as we write it. */
  | 'JWS_INVALID'
  /** Well-formed, but the signature is not of the key that is named. */
  | 'SIGNATURE_INVALID'
  /** Signed by a key that nobody we trust vouches for. */
  | 'KEY_UNKNOWN'
  /** The key is vouched for, but not for this signer, use, role or name. */
  | 'KEY_MISMATCH'
  /** The key was not valid at that time. */
  | 'KEY_EXPIRED'
  /** An index or a size that the tree does not have. */
  | 'OUT_OF_RANGE'
  /** A Merkle proof that does not lead from the hash to the root. */
  | 'PROOF_INVALID'
  /** A tile or an entry bundle that is malformed or not of this tree; `data.path` and `data.offset` say where. */
  | 'TILE_INVALID'
  /** A tile or an entry bundle that the tree must have could not be fetched. */
  | 'TILE_MISSING'
  /** Not a C2SP verifier key. */
  | 'VKEY_INVALID'
  /** Not a C2SP signed note. */
  | 'NOTE_INVALID'
  /** A signed note that no known key signed, or that a known key did not sign as claimed. */
  | 'NOTE_UNVERIFIED'
  /** The text of the note is no checkpoint of that log. */
  | 'CHECKPOINT_INVALID'
  /** Not a C2SP tlog-proof as a receipt is written. */
  | 'RECEIPT_INVALID';

/** Where in the input it is wrong, for the caller's own message. */
export interface EvidenceErrorData {
  /** JSON pointer (RFC 6901) into what was parsed. */
  readonly pointer?: string;
  /** Path of the tile or entry bundle. */
  readonly path?: string;
  /** Offset in bytes. */
  readonly offset?: number;
}

/** The one error of this package: hostile or broken input. A caller's own mistake is a `TypeError`. */
export class EvidenceError extends Error {
  readonly code: EvidenceErrorCode;
  readonly data: EvidenceErrorData;

  constructor(code: EvidenceErrorCode, message: string, options: { data?: EvidenceErrorData; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'EvidenceError';
    this.code = code;
    this.data = options.data ?? {};
  }
}
