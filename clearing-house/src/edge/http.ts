import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { OpenRoute } from '@causeway/certs/peer';
import { HttpProblem, type Logger } from '@causeway/platform';
import { LogError } from '../errors.js';
import { parseTilePath, readTile } from '../log/tile-path.js';
import type { TileStore } from '../log/tiles.js';

/** What anyone may read without a certificate. There is nothing else on this port. */
export const openRoutes: readonly OpenRoute[] = ['GET', 'HEAD'].flatMap((method) => [
  { method, path: '/checkpoint' },
  { method, path: '/tile/*' },
]);

interface Found {
  readonly type: string;
  readonly caching: string;
  readonly bytes: Uint8Array;
}

/** The published log as C2SP tlog-tiles serves it: the checkpoint fresh, everything else for ever. Read-only. */
export function tileListener(tiles: TileStore, log: Logger): RequestListener {
  return (request, response) => {
    find(request, tiles).then(
      (found) => send(request, response, found),
      (error: unknown) => refuse(response, error, log),
    );
  };
}

async function find({ method, url }: IncomingMessage, tiles: TileStore): Promise<Found> {
  if (method !== 'GET' && method !== 'HEAD') throw new HttpProblem(405, 'METHOD_NOT_ALLOWED', 'The log is read-only.');
  if (url === '/checkpoint') {
    const note = await tiles.checkpoint();
    if (note === undefined) throw notFound();
    return { type: 'text/plain; charset=utf-8', caching: 'no-cache', bytes: Buffer.from(note, 'utf8') };
  }
  const bytes = await readTile(tiles, parseTilePath(url?.slice(1) ?? ''));
  if (bytes === undefined) throw notFound();
  return { type: 'application/octet-stream', caching: 'public, max-age=31536000, immutable', bytes };
}

function send({ method }: IncomingMessage, response: ServerResponse, { type, caching, bytes }: Found): void {
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length, 'cache-control': caching });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function refuse(response: ServerResponse, error: unknown, log: Logger): void {
  const problem = problemOf(error);
  if (problem.status === 500) log.error({ err: error }, 'the published log cannot be read');
  // A tile that is not there yet may be there soon.
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(problem));
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof LogError && error.code === 'TILE_PATH_INVALID') return notFound();
  return new HttpProblem(500, 'INTERNAL', 'The service failed; its log says why.', { cause: error });
}

const notFound = () => new HttpProblem(404, 'NOT_FOUND', 'Served here: /checkpoint, /tile/… of the published log.');
