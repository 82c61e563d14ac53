import { peerOf } from '@causeway/certs/peer';
import { HttpProblem, type Logger, notFound, problemHandler } from '@causeway/platform';
import express, { type Express, type Request } from 'express';
import { BrokerError } from '../errors.js';
import type { FoundHit } from '../search/finder.js';
import type { SearchRequest } from '../search/query.js';
import { facets } from '../search/terms.js';
import type { Reads } from './reads.js';
import { httpRefusal } from './refusals.js';

/** The same reads as by gRPC: `GET /v1/search`, `/v1/datasets/:id`, `/v1/participants/:id`. Members only. */
export function brokerApp(reads: Reads, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use((request, response, next) => {
    const { role } = peerOf(request);
    if (role !== 'participant' && role !== 'auditor') {
      throw new HttpProblem(403, 'ROLE_REFUSED', `The role ${role} may not read here; participants and auditors may.`);
    }
    response.set('cache-control', 'no-store');
    next();
  });
  app.get('/v1/search', async (request, response) => {
    const { hits, next, tally } = await reads.search(searchRequestOf(request));
    response.json({ hits: hits.map(jsonHit), ...(next !== undefined && { next }), ...(tally && { tally }) });
  });
  app.get('/v1/datasets/:id', async (request, response) => {
    response.json(jsonHit(await reads.resolve(request.params.id)));
  });
  app.get('/v1/participants/:id', async (request, response) => {
    response.json(await reads.describe(request.params.id));
  });
  app.use(notFound());
  app.use(problemHandler(log, httpRefusal));
  return app;
}

const known = new Set<string>(['q', 'limit', 'cursor', ...facets]);

function searchRequestOf(request: Request): SearchRequest {
  for (const name of Object.keys(request.query)) {
    if (!known.has(name)) throw new BrokerError('QUERY_INVALID', `A search takes ${[...known].join(', ')} only.`);
  }
  const limit = single(request, 'limit');
  if (limit !== undefined && !/^\d{1,4}$/.test(limit)) {
    throw new BrokerError('QUERY_INVALID', 'The limit of a search is a whole number.');
  }
  return {
    query: single(request, 'q') ?? '',
    facets: facets
      .map((name) => ({ name, values: textsOf(request.query[name]) }))
      .filter(({ values }) => values.length > 0),
    limit: Number(limit ?? 0),
    cursor: single(request, 'cursor') ?? '',
  };
}

function single(request: Request, name: string): string | undefined {
  const [first, ...more] = textsOf(request.query[name]);
  if (more.length > 0) throw new BrokerError('QUERY_INVALID', `A search has one ${name}.`);
  return first;
}

function textsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.filter((each) => typeof each === 'string');
}

// The entry stays the text that was registered: whoever verifies it needs every byte.
function jsonHit({ entry, index, proof, head, keyStatement, liveness }: FoundHit) {
  return {
    entry: Buffer.from(entry).toString('utf8'),
    index,
    proof: proof.map((hash) => Buffer.from(hash).toString('base64url')),
    head,
    keyStatement,
    liveness,
  };
}
