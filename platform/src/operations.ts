import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, httpDeadlines, listen } from './http/listen.js';
import { HttpProblem } from './http/problem.js';
import type { Route } from './http/routes.js';
import type { RunningServer } from './lifecycle.js';
import type { Metrics } from './metrics.js';

/** Whether a service can do its work now; `checks` says of each thing it needs how it is, in a word or two. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks?: Readonly<Record<string, string>>;
}

export interface OperationsOptions {
  /** Loopback unless an operator says otherwise: the port is plain HTTP and asks nobody who they are. */
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  ready(): Promise<Readiness>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const routes: readonly Route[] = ['/health/live', '/health/ready', '/metrics'].map((path) => ({ method: 'GET', path }));

// A probe that hangs tells its caller nothing.
const readyDeadlineMs = 5_000;

/** Serves `GET /health/live`, `/health/ready` (200 or 503) and `/metrics`. Throws as `listen` does. */
export async function startOperations(options: OperationsOptions): Promise<RunningServer> {
  const server = createServer({ ...httpDeadlines, requestTimeout: 10_000 }, (request, response) => {
    answer(request, options)
      .catch((error: unknown) =>
        problem(error instanceof HttpProblem ? error : new HttpProblem(500, 'INTERNAL', 'The service failed.')),
      )
      .then((result) => send(response, result));
  });
  server.maxConnections = 100;
  const port = await listen(server, options.host, options.port);
  return {
    name: 'operations',
    protocol: 'http',
    host: options.host,
    port,
    routes,
    close: () => closeServer(server, 1_000),
  };
}

async function answer(request: IncomingMessage, options: OperationsOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpProblem(405, 'METHOD_NOT_ALLOWED', 'Only GET is served here.');
  switch (request.url?.split('?', 1)[0]) {
    case '/health/live':
      return json(200, { status: 'live' });
    case '/health/ready': {
      const readiness = await Promise.race([options.ready().catch(() => notReady), readyDeadline()]);
      return json(readiness.ready ? 200 : 503, readiness);
    }
    case '/metrics':
      return {
        status: 200,
        type: options.metrics.registry.contentType,
        body: await options.metrics.registry.metrics(),
      };
    default:
      throw new HttpProblem(404, 'NOT_FOUND', 'Served here: /health/live, /health/ready, /metrics.');
  }
}

const notReady: Readiness = { ready: false, checks: { service: 'cannot tell' } };

function readyDeadline(): Promise<Readiness> {
  return new Promise((resolve) => {
    setTimeout(() => resolve({ ready: false, checks: { service: 'does not answer' } }), readyDeadlineMs).unref();
  });
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

function problem(error: HttpProblem): Answer {
  return { ...json(error.status, error), type: 'application/problem+json' };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
