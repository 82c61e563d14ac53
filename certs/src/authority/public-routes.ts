import type { TLSSocket } from 'node:tls';
import { HttpProblem, jsonBody, type Logger, notFound, problemHandler } from '@causeway/platform';
import express, { type Express } from 'express';
import type { OpenRoute } from '../peer/https/open-list.js';
import { peerOf } from '../peer/https/server.js';
import { currentBundle } from './bundle.js';
import type { AuthorityContext } from './context.js';
import { poll, submit } from './enrolments.js';
import type { Prober } from './probe.js';
import { authorityProblem } from './problems.js';
import type { EnrolmentRecord } from './records.js';
import { checked, enrolmentBody, probeBody, tokenBody } from './schemas.js';
import { tokenFor } from './tokens.js';

/** What a firm without a certificate may reach. */
export const openRoutes: readonly OpenRoute[] = [
  { method: 'POST', path: '/v1/enrolments' },
  { method: 'GET', path: '/v1/enrolments/*' },
  { method: 'GET', path: '/v1/trust' },
];

/** Enrolment, trust bundle, attribute tokens, and the look at a member from outside. */
export function publicRoutes(context: AuthorityContext, prober: Prober, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  const body = jsonBody(32_768);

  app.post('/v1/enrolments', body, async (request, response) => {
    const enrolment = await submit(context, checked(enrolmentBody, request.body));
    log.info({ enrolment: enrolment.id, participant: enrolment.participant }, 'an enrolment waits for a decision');
    response.status(202).json(await shown(context, enrolment));
  });

  app.get('/v1/enrolments/:id', async (request, response) => {
    const secret = /^Bearer ([A-Za-z0-9_-]{43,86})$/.exec(request.get('authorization') ?? '')?.[1];
    if (secret === undefined)
      throw new HttpProblem(401, 'SECRET_MISSING', 'Show the secret of the enrolment as a Bearer token.');
    response.json(await shown(context, await poll(context, request.params.id, secret)));
  });

  app.get('/v1/trust', async (_request, response) => {
    response.type('application/jose').send((await currentBundle(context)).jws);
  });

  app.post('/v1/tokens', body, async (request, response) => {
    const { audience } = checked(tokenBody, request.body);
    response.json({ token: await tokenFor(context, peerOf(request), audience) });
  });

  app.post('/v1/probes', body, async (request, response) => {
    const { address } = checked(probeBody, request.body);
    const peer = peerOf(request);
    const certificate = (request.socket as TLSSocket).getPeerX509Certificate()?.raw ?? new Uint8Array();
    const answer = await prober.probe({ peer, certificate, from: request.socket.remoteAddress ?? '0.0.0.0', address });
    log.info({ participant: peer.id, ...answer }, 'a member had itself connected to');
    response.json(answer);
  });

  app.use(notFound());
  app.use(problemHandler(log, authorityProblem));
  return app;
}

async function shown(context: AuthorityContext, enrolment: EnrolmentRecord) {
  const { id, state, keyFingerprint, participant, role, reason, issued } = enrolment;
  const answer = { id, state, keyFingerprint, participant, role, ...(reason !== undefined && { reason }) };
  if (!issued) return answer;
  return { ...answer, ...issued, trust: (await currentBundle(context)).jws, pins: [context.keys.statement.kid] };
}
