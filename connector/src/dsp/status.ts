import type { ConnectorErrorCode } from '../errors.js';

const statuses: Partial<Record<ConnectorErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  AGREEMENT_UNKNOWN: 404,
  QUEUE_FULL: 503,
  EVIDENCE_PENDING: 503,
};

/** HTTP status of a refused DSP message; an illegal move is 400 (Dataspace Protocol 2025-1, HTTPS bindings). */
export function statusOf(code: ConnectorErrorCode): number {
  return statuses[code] ?? 400;
}
