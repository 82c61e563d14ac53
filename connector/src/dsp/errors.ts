import { HttpProblem, PlatformError } from '@causeway/platform';
import type { ErrorRequestHandler, Request } from 'express';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import type { Reason } from '../model.js';
import type { ProcessKind } from '../process/work.js';
import { reason, reasonOf } from '../reasons.js';
import { errorBody } from './messages.js';
import { statusOf } from './status.js';

/** The one place where errors of the DSP edge become answers: nothing of an unknown error leaves the house. */
export function dspErrors(kind: ProcessKind | 'catalog', events: ConnectorEvents): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, why } = judge(error);
    events.refused(
      `${request.method} ${request.originalUrl.split('?', 1)[0] ?? ''}`,
      callerIn(response.locals),
      why,
      error,
    );
    if (status === 503) response.setHeader('Retry-After', '1');
    response.status(status).json(errorBody(kind, why, namedPids(request)));
  };
}

/** Who was refused, if the request came as far as that. */
function callerIn(locals: Record<string, unknown>): string | undefined {
  const caller = locals['caller'];
  return caller !== null && typeof caller === 'object' && 'id' in caller ? String(caller.id) : undefined;
}

function judge(error: unknown): { readonly status: number; readonly why: Reason } {
  if (error instanceof ConnectorError) return { status: statusOf(error.code), why: reasonOf(error) };
  if (error instanceof PlatformError && error.code === 'CURSOR_INVALID') {
    return { status: 400, why: reason('MESSAGE_INVALID', error.message) };
  }
  const status = statusMember(error);
  if (status !== undefined) {
    const words = error instanceof HttpProblem ? error.message : 'The request cannot be read.';
    return { status, why: reason('MESSAGE_INVALID', words) };
  }
  return {
    status: 500,
    why: { code: 'INTERNAL', en: 'The connector failed; try again later.', zh: '连接器内部出错，请稍后再试。' },
  };
}

/** The body parser, and Express for paths that cannot be decoded, say what is wrong by a status below 500. */
function statusMember(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** The pids as the message named them: an error must name both. */
function namedPids(request: Request): { providerPid?: string; consumerPid?: string } {
  const body: unknown = request.body;
  if (body === null || typeof body !== 'object') return {};
  const { providerPid, consumerPid } = body as { providerPid?: unknown; consumerPid?: unknown };
  return {
    ...(typeof providerPid === 'string' ? { providerPid: providerPid.slice(0, 500) } : {}),
    ...(typeof consumerPid === 'string' ? { consumerPid: consumerPid.slice(0, 500) } : {}),
  };
}
