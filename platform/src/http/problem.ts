import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Logger } from '../log.js';

/** One mistake in a request, by JSON pointer into its body. */
export interface ProblemDetail {
  readonly pointer: string;
  readonly detail: string;
  readonly code?: string;
}

/** A refusal or failure that an HTTP client is told, as RFC 9457 problem details with our stable code. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly ProblemDetail[];

  constructor(
    status: number,
    code: string,
    detail: string,
    extra: { readonly errors?: readonly ProblemDetail[]; readonly cause?: unknown } = {},
  ) {
    super(detail, 'cause' in extra ? { cause: extra.cause } : undefined);
    this.status = status;
    this.code = code;
    if (extra.errors) this.errors = extra.errors;
  }

  /** The members of the problem document (RFC 9457, section 3). */
  toJSON(): Record<string, unknown> {
    return {
      type: `urn:causeway:v1:problem:${this.code.toLowerCase().replaceAll('_', '-')}`,
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/**
 * The one mapper of an HTTP edge: `map` first (the service's own errors), then what Express and its body parser throw,
 * then 500 without a word of what happened, which goes to the log with its cause.
 */
export function problemHandler(log: Logger, map?: (error: unknown) => HttpProblem | undefined): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = error instanceof HttpProblem ? error : (map?.(error) ?? requestProblem(error) ?? internal(error));
    if (problem.status >= 500) log.error({ err: error, method: request.method, path: request.path }, problem.message);
    // The answer has begun: all that is left is to break it off, which Express does.
    if (response.headersSent) return next(error);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** The last route: nothing is here. */
export function notFound(): RequestHandler {
  return (request) => {
    throw new HttpProblem(404, 'NOT_FOUND', `There is nothing at ${request.method} ${request.path}.`);
  };
}

/**
 * Reads a JSON body up to a size; other content types and encodings of the text are refused with 415, larger bodies with 413. A body
 * that is no UTF-8 (RFC 8259, 8.1) is refused with 400: decoded leniently, two different bodies would be one message.
 */
export function jsonBody(limitBytes: number): RequestHandler {
  const type = ['application/json', 'application/*+json'];
  const parse = express.json({ limit: limitBytes, type, verify: demandUtf8 });
  return (request, response, next) => {
    if (request.is(type) === false)
      throw new HttpProblem(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json.');
    parse(request, response, next);
  };
}

function demandUtf8(_request: unknown, _response: unknown, body: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw new HttpProblem(415, 'UNSUPPORTED_ENCODING', 'The body must be UTF-8.');
  if (!isUtf8(body)) throw new HttpProblem(400, 'BODY_MALFORMED', 'The body is no JSON: it is not UTF-8.');
}

// Errors of Express and body-parser carry a status below 500 and a `type`; their own text may quote the body.
function requestProblem(error: unknown): HttpProblem | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const { status } = error;
  if (status < 400 || status > 499) return undefined;
  const type = 'type' in error ? error.type : undefined;
  const [code, detail] = bodyProblems.get(String(type)) ?? ['BAD_REQUEST', 'The request cannot be read.'];
  return new HttpProblem(status, code, detail, { cause: error });
}

const bodyProblems = new Map<string, readonly [code: string, detail: string]>([
  ['entity.too.large', ['BODY_TOO_LARGE', 'The body is larger than this address accepts.']],
  ['entity.parse.failed', ['BODY_MALFORMED', 'The body is no JSON.']],
  ['encoding.unsupported', ['UNSUPPORTED_ENCODING', 'The content encoding of the body is not supported.']],
  ['charset.unsupported', ['UNSUPPORTED_ENCODING', 'The body must be UTF-8.']],
  ['request.aborted', ['REQUEST_ABORTED', 'The body ended early.']],
]);

function internal(error: unknown): HttpProblem {
  return new HttpProblem(500, 'INTERNAL', 'The service failed; its log says why.', { cause: error });
}
