import { createServer } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { PlatformError } from '../errors.js';
import { closeServer, httpDeadlines, listen } from '../http/listen.js';
import { HttpProblem, jsonBody, notFound, problemHandler } from '../http/problem.js';
import { routesOf } from '../http/routes.js';
import type { RunningServer } from '../lifecycle.js';
import type { Logger } from '../log.js';
import { managementBase, openApi, type Schemas } from './openapi.js';
import type { Operation } from './operation.js';

/** Who holds the key in the folder of the service: may do everything. */
export const owner = 'owner';

/** Whose key this is; undefined: nobody's. */
export type KeyHolder = (shown: string) => Promise<string | undefined>;

export interface ManagementApi<Schema extends string> {
  /** As its OpenAPI document is called, such as `Causeway broker management`. */
  readonly title: string;
  readonly operations: readonly Operation<Schema>[];
  /** By these requests are checked, and answers described. */
  readonly schemas: Schemas<Schema>;
  readonly holder: KeyHolder;
  readonly log: Logger;
  /** The service's own errors as problem details. */
  readonly problemOf: (error: unknown) => HttpProblem | undefined;
}

const bodyLimit = 1_048_576;
const apiVersion = '1.0.0';

/** The management API over these operations, for whoever holds a key. */
export function managementApp<Schema extends string>(api: ManagementApi<Schema>): Express {
  const app = express();
  app.disable('x-powered-by');
  const document = openApi({ ...api, version: apiVersion });
  app.use(demandKey(api.holder));
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  for (const operation of api.operations) {
    const path = `${managementBase}${operation.path.replace(/\{(\w+)\}/g, ':$1')}`;
    const read = operation.body === undefined ? [] : [jsonBody(bodyLimit)];
    app[operation.method](path, demandRight(operation), ...read, serve(operation));
  }
  app.use(notFound());
  app.use(
    problemHandler(api.log, (error) =>
      error instanceof PlatformError && error.code === 'CURSOR_INVALID'
        ? new HttpProblem(400, error.code, error.message)
        : api.problemOf(error),
    ),
  );
  return app;
}

/**
 * Serves a management API: plain HTTP, for loopback.
 *
 * @throws PlatformError PORT_IN_USE, LISTEN_FAILED
 */
export async function serveManagement(options: {
  readonly app: Express;
  readonly host: string;
  readonly port: number;
  /** Longest time of one request, in milliseconds. */
  readonly requestMs: number;
}): Promise<RunningServer> {
  const { app, host, requestMs } = options;
  const server = createServer({ ...httpDeadlines, requestTimeout: requestMs }, app);
  server.maxConnections = 200;
  const port = await listen(server, host, options.port);
  return { name: 'management', protocol: 'http', host, port, routes: routesOf(app), close: () => closeServer(server) };
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
    throw new HttpProblem(401, 'UNAUTHENTICATED', 'Expected Authorization: Bearer with a key of this service.');
  };
}

/** Before the body is read: an operator's key opens what operators may do. */
function demandRight({ operators }: Operation): RequestHandler {
  return (_request, response, next) => {
    if (operators === true || response.locals['operator'] === owner) return next();
    throw new HttpProblem(
      403,
      'OPERATOR_REFUSED',
      "This needs the key of the service; an operator's does not open it.",
    );
  };
}

function serve(operation: Operation): RequestHandler {
  return async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort();
    });
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
