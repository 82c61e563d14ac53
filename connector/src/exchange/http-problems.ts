import type { ServerResponse } from 'node:http';
import { TrustError } from '@causeway/certs/peer';
import { GrpcFailure, HttpProblem, type Logger } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';
import { RangeRefused } from './http-range.js';

const statuses: Partial<Record<ConnectorErrorCode, number>> = {
  NOT_FOUND: 404,
  MESSAGE_INVALID: 400,
  TOKEN_INVALID: 401,
  POLICY_DENIED: 403,
  AGREEMENT_INVALID: 403,
  AGREEMENT_ENDED: 403,
  TRANSFER_NOT_STARTED: 409,
  TRANSFER_STOPPED: 409,
  STATE_INVALID: 409,
  SOURCE_CHANGED: 409,
  SOURCE_UNREADABLE: 409,
  EVIDENCE_INVALID: 409,
  EVIDENCE_PENDING: 503,
  LOG_DISTRUSTED: 503,
  PEER_UNREACHABLE: 503,
  QUEUE_FULL: 429,
};

/** The one mapper of this edge (RFC 9457). An answer that has begun is broken off: its length tells the client that it is not whole. */
export function answerProblem(response: ServerResponse, error: unknown, log: Logger): void {
  const problem = problemOf(error);
  if (problem.status >= 500 && problem.code === 'INTERNAL') log.error({ err: error }, 'data could not be sent');
  else log.info({ code: problem.code, reason: problem.message }, 'a request for data was refused or cut off');
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (error instanceof RangeRefused) response.setHeader('content-range', `bytes */${error.size}`);
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  if (problem.status === 429 || problem.status === 503) response.setHeader('retry-after', '1');
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', connection: 'close' });
  response.end(JSON.stringify(problem));
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof RangeRefused) return new HttpProblem(416, 'RANGE_REFUSED', error.message);
  if (error instanceof ConnectorError) {
    const known = statuses[error.code];
    if (known !== undefined) return new HttpProblem(known, error.code, error.message);
  }
  if (error instanceof TrustError) {
    return new HttpProblem(error.code === 'ROLE_REFUSED' ? 403 : 401, error.code, error.message);
  }
  // What stopped a stream says so in the words of the exchange.
  if (error instanceof GrpcFailure) {
    const denied = error.status === status.PERMISSION_DENIED;
    return new HttpProblem(denied ? 403 : 409, error.code, error.message);
  }
  return new HttpProblem(500, 'INTERNAL', 'something went wrong here; it has been noted');
}
