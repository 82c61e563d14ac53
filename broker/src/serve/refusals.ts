import { GrpcFailure, HttpProblem } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import { BrokerError, type BrokerErrorCode } from '../errors.js';

/** What each refusal is on either edge. */
const refusals: Readonly<Record<BrokerErrorCode, readonly [grpc: status, http: number]>> = {
  HEAD_REFUSED: [status.INVALID_ARGUMENT, 400],
  NOT_PUBLISHER: [status.PERMISSION_DENIED, 403],
  SEQUENCE_STALE: [status.FAILED_PRECONDITION, 409],
  NOT_REGISTERED: [status.FAILED_PRECONDITION, 409],
  ENTRIES_REFUSED: [status.INVALID_ARGUMENT, 400],
  TOO_LARGE: [status.RESOURCE_EXHAUSTED, 413],
  MESSAGE_INVALID: [status.INVALID_ARGUMENT, 400],
  ADMISSION_PENDING: [status.PERMISSION_DENIED, 403],
  ADMISSION_REJECTED: [status.PERMISSION_DENIED, 403],
  PARTICIPANT_REMOVED: [status.PERMISSION_DENIED, 403],
  STATE_INVALID: [status.FAILED_PRECONDITION, 409],
  REGISTRATION_LATE: [status.DEADLINE_EXCEEDED, 408],
  REGISTRATION_SUPERSEDED: [status.ABORTED, 409],
  QUERY_INVALID: [status.INVALID_ARGUMENT, 400],
  CURSOR_INVALID: [status.INVALID_ARGUMENT, 400],
  NOT_FOUND: [status.NOT_FOUND, 404],
  BUSY: [status.UNAVAILABLE, 503],
};

/** Our own refusals as gRPC says them; everything else is passed on, and becomes INTERNAL. */
export function grpcRefusal(error: unknown): unknown {
  if (!(error instanceof BrokerError)) return error;
  return new GrpcFailure(refusals[error.code][0], error.code, error.message, { cause: error });
}

/** Our own refusals as problem details. */
export function httpRefusal(error: unknown): HttpProblem | undefined {
  if (!(error instanceof BrokerError)) return undefined;
  return new HttpProblem(refusals[error.code][1], error.code, error.message, { cause: error });
}
