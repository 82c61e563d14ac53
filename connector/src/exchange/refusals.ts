import { RpcError, TrustError } from '@causeway/certs/peer';
import { codeOf, GrpcFailure, messageOf } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';
import type { Reason, TransferState } from '../model.js';
import { reason, reasonOf } from '../reasons.js';

/** What a provider's refusal is called on the wire; the code itself travels beside it. */
const statuses: Partial<Record<ConnectorErrorCode, status>> = {
  NOT_FOUND: status.NOT_FOUND,
  MESSAGE_INVALID: status.INVALID_ARGUMENT,
  TOKEN_INVALID: status.UNAUTHENTICATED,
  POLICY_DENIED: status.PERMISSION_DENIED,
  AGREEMENT_INVALID: status.PERMISSION_DENIED,
  AGREEMENT_ENDED: status.PERMISSION_DENIED,
  TRANSFER_NOT_STARTED: status.FAILED_PRECONDITION,
  TRANSFER_STOPPED: status.ABORTED,
  STATE_INVALID: status.FAILED_PRECONDITION,
  SOURCE_CHANGED: status.FAILED_PRECONDITION,
  SOURCE_UNREADABLE: status.FAILED_PRECONDITION,
  EVIDENCE_INVALID: status.FAILED_PRECONDITION,
  EVIDENCE_PENDING: status.UNAVAILABLE,
  LOG_DISTRUSTED: status.UNAVAILABLE,
  PEER_UNREACHABLE: status.UNAVAILABLE,
  QUEUE_FULL: status.RESOURCE_EXHAUSTED,
};

/** The one mapper of this edge; what it does not know stays what it is, and the server answers INTERNAL. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const known = statuses[error.code];
  return known === undefined ? error : new GrpcFailure(known, error.code, error.message, { cause: error });
}

/**
 * What the consumer of a running stream is told when its transfer is stopped. That the right to the data is gone is final, and
 * says so by its own code; any other move is for the control planes to tell, and until then the consumer may try again.
 */
export function stopFailure({ code, en }: Reason, to: TransferState): GrpcFailure {
  const gone = (['POLICY_DENIED', 'AGREEMENT_ENDED'] as const).find((each) => each === code);
  if (gone !== undefined && to === 'TERMINATED') return new GrpcFailure(status.PERMISSION_DENIED, gone, en);
  return new GrpcFailure(status.ABORTED, 'TRANSFER_STOPPED', `the transfer was stopped: ${code}: ${en}`);
}

/** What a consumer does about a failed attempt. */
export type Verdict = { readonly end: Reason } | { readonly renew: string } | { readonly retry: string };

/** Codes of a provider that say that asking again will not help. */
const final: readonly ConnectorErrorCode[] = [
  'NOT_FOUND',
  'POLICY_DENIED',
  'AGREEMENT_INVALID',
  'AGREEMENT_ENDED',
  'MESSAGE_INVALID',
  'SOURCE_CHANGED',
  'SOURCE_UNREADABLE',
  'EVIDENCE_INVALID',
];

const finalStatuses: readonly status[] = [
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.INVALID_ARGUMENT,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
];

/** Failures of our own making that another attempt would only repeat. */
const ownFinal: readonly ConnectorErrorCode[] = [
  'SINK_EXISTS',
  'SINK_UNWRITABLE',
  'EVIDENCE_INVALID',
  'MESSAGE_INVALID',
  'SOURCE_CHANGED',
  'DIGEST_MISMATCH',
];

/** A full disk may be emptied; a folder that is no folder stays one. */
const passingFileErrors = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EBUSY', 'EAGAIN'];

/**
 * Judges why an attempt to pull failed. What ends a transfer is final by its kind; everything unknown is tried again,
 * since a transfer in doubt can still be ended by either side while an ended one cannot be taken up again.
 */
export function judge(error: unknown): Verdict {
  if (error instanceof RpcError) return judgeRefusal(error);
  if (error instanceof ConnectorError) {
    return ownFinal.includes(error.code) ? { end: reasonOf(error) } : { retry: `${error.code}: ${error.message}` };
  }
  if (error instanceof TrustError) return { retry: `${error.code}: ${error.message}` };
  const code = codeOf(error);
  if (isFileError(error) && code !== undefined && !passingFileErrors.includes(code)) {
    return { end: reason('SINK_UNWRITABLE', `the bytes cannot be written: ${messageOf(error)}`) };
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return { retry: `the disk that the data goes to is full (${code}): make room there, and it goes on` };
  }
  return { retry: messageOf(error) };
}

function judgeRefusal({ status: kind, code, message }: RpcError): Verdict {
  if (kind === status.UNAUTHENTICATED) return { renew: message };
  // grpc-js says so of a message larger than we read.
  if (kind === status.RESOURCE_EXHAUSTED && code === undefined) return { end: reason('MESSAGE_INVALID', message) };
  const known = final.find((each) => each === code);
  if (known) return { end: reason(known, message) };
  // Whether a transfer that does not run goes on is decided between the control planes, not here.
  if (!finalStatuses.includes(kind)) return { retry: `${code ?? status[kind]}: ${message}` };
  return { end: reason('PEER_REFUSED', message) };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
