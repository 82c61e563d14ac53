import { HttpProblem, type KeyHolder, type Logger, managementApp, StoreError } from '@causeway/platform';
import type { Express } from 'express';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';
import type { Operation } from './operation.js';
import { schemas } from './schemas.js';

/** The connector's management API over these operations, for whoever holds a key. */
export function connectorApi(operations: readonly Operation[], holder: KeyHolder, log: Logger): Express {
  return managementApp({ title: 'Causeway connector management', operations, schemas, holder, log, problemOf });
}

const statuses: Partial<Record<ConnectorErrorCode, number>> = {
  NOT_FOUND: 404,
  STATE_INVALID: 409,
  OPERATOR_REFUSED: 403,
  ALREADY_EXISTS: 409,
  SINK_EXISTS: 409,
  AGREEMENT_INVALID: 409,
  AGREEMENT_ENDED: 409,
  POLICY_INVALID: 422,
  SOURCE_UNREADABLE: 422,
  SOURCE_CHANGED: 409,
  SINK_UNWRITABLE: 422,
  REQUEST_INVALID: 422,
  PEER_UNKNOWN: 404,
  PEER_UNREACHABLE: 502,
  PEER_REFUSED: 502,
  MESSAGE_INVALID: 502,
  QUEUE_FULL: 503,
  EVIDENCE_PENDING: 503,
  LOG_DISTRUSTED: 503,
};

function problemOf(error: unknown): HttpProblem | undefined {
  // A disk that is full, or gone: its owner has to know.
  if (error instanceof StoreError) return new HttpProblem(503, error.code, error.message, { cause: error });
  if (!(error instanceof ConnectorError)) return undefined;
  const errors = problemsIn(error.data['problems']);
  return new HttpProblem(statuses[error.code] ?? 400, error.code, error.message, {
    cause: error,
    ...(errors === undefined ? {} : { errors }),
  });
}

/** The mistakes of a policy, each with its path. */
function problemsIn(problems: unknown): { pointer: string; detail: string; code: string }[] | undefined {
  if (!Array.isArray(problems)) return undefined;
  return problems.map((problem: { path?: unknown; message?: unknown; code?: unknown }) => ({
    pointer: String(problem.path),
    detail: String(problem.message),
    code: String(problem.code),
  }));
}
