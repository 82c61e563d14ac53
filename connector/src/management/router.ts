import { HttpProblem, jsonBody, type Logger, notFound, PlatformError, problemHandler } from '@causeway/platform';
import express, { type Express, type RequestHandler } from 'express';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';
import { managementBase, openApi } from './openapi.js';
import type { Operation } from './operation.js';
import { owner } from './operators.js';

const bodyLimit = 1_048_576;
const apiVersion = '1.0.0';

/** Whose key this is; undefined: nobody's. */
export type KeyHolder = (shown: string) => Promise<string | undefined>;

/** The management API over these operations, for whoever holds a key. */
export function managementApp(operations: readonly Operation[], holder: KeyHolder, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  const document = openApi(operations, apiVersion);
  app.use(demandKey(holder));
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  for (const operation of operations) {
    const path = `${managementBase}${operation.path.replace(/\{(\w+)\}/g, ':$1')}`;
    const read = operation.body === undefined ? [] : [jsonBody(bodyLimit)];
    app[operation.method](path, demandRight(operation), ...read, serve(operation));
  }
  app.use(notFound());
  app.use(problemHandler(log, problemOf));
  return app;
}

/** Who shows which key; only the owner's opens everything. */
function demandKey(holder: KeyHolder): RequestHandler {
  return async (request, response, next) => {
    const shown = /^Bearer (.{1,500})$/.exec(request.headers.authorization ?? '')?.[1];
    const operator = shown === undefined ? undefined : await holder(shown);
    if (operator !== undefined) {
      response.locals['operator'] = operator;
      return next();
    }
    response.setHeader('WWW-Authenticate', 'Bearer');
    throw new HttpProblem(401, 'UNAUTHENTICATED', 'Expected Authorization: Bearer with a key of this connector.');
  };
}

/** Before the body is read: an operator's key opens what operators may do. */
function demandRight({ operators }: Operation): RequestHandler {
  return (_request, response, next) => {
    if (operators === true || response.locals['operator'] === owner) return next();
    throw new HttpProblem(
      403,
      'OPERATOR_REFUSED',
      'An operator may decide on requests; this needs the key of the service.',
    );
  };
}

function serve(operation: Operation): RequestHandler {
  return async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const reply = await operation.handle({
      params: strings(request.params),
      query: strings(request.query),
      body: request.body,
      operator: String(response.locals['operator']),
      signal: gone.signal,
    });
    response.status(reply.status);
    if ('bytes' in reply) response.type('application/json').send(Buffer.from(reply.bytes));
    else response.json(reply.body);
  };
}

/** A parameter given twice is none that we know. */
function strings(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
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
  if (error instanceof PlatformError && error.code === 'CURSOR_INVALID') {
    return new HttpProblem(400, error.code, error.message);
  }
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
