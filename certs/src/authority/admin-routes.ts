import { HttpProblem, isKey, jsonBody, type Logger, notFound, problemHandler, Secret } from '@causeway/platform';
import express, { type Express, type Request } from 'express';
import type { AuthorityAdmin } from './admin.js';
import { authorityProblem } from './problems.js';
import { enrolmentStates } from './records.js';
import { attributesBody, checked, invitationBody, rejectionBody, servicesBody } from './schemas.js';

/** The operator's API: loopback, with the key from the authority's folder as a Bearer token. */
export function adminRoutes(admin: AuthorityAdmin, apiKey: string, log: Logger): Express {
  const key = new Secret(apiKey);
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    response.set('cache-control', 'no-store');
    const shown = /^Bearer (\S{1,200})$/.exec(request.get('authorization') ?? '')?.[1] ?? '';
    if (!isKey(shown, key)) {
      throw new HttpProblem(401, 'API_KEY_MISSING', "Show the authority's API key as a Bearer token.");
    }
    next();
  });
  const body = jsonBody(32_768);

  app.post('/admin/v1/invitations', body, async (request, response) => {
    response.status(201).json(await admin.invite(checked(invitationBody, request.body)));
  });

  app.get('/admin/v1/enrolments', async (request, response) => {
    const state = enrolmentStates.find((known) => known === (request.query.state ?? 'pending'));
    if (!state) throw new HttpProblem(400, 'REQUEST_INVALID', `state is one of ${enrolmentStates.join(', ')}.`);
    response.json(await admin.enrolments(state, pageOf(request)));
  });

  app.post('/admin/v1/enrolments/:id/approve', async (request, response) => {
    response.json(await admin.approve(request.params.id));
  });

  app.post('/admin/v1/enrolments/:id/reject', body, async (request, response) => {
    response.json(await admin.reject(String(request.params.id), checked(rejectionBody, request.body).reason));
  });

  app.get('/admin/v1/participants', async (request, response) => {
    response.json(await admin.participants(pageOf(request)));
  });

  app.get('/admin/v1/participants/:id', async (request, response) => {
    response.json(await admin.participant(request.params.id));
  });

  app.post('/admin/v1/participants/:id/attributes', body, async (request, response) => {
    const changed = await admin.changeAttributes(String(request.params.id), checked(attributesBody, request.body));
    const { id, revision, attributes } = changed;
    log.info({ participant: id, revision, attributes }, 'the attributes of a participant');
    response.json(changed);
  });

  app.get('/admin/v1/participants/:id/attribute-changes', async (request, response) => {
    response.json(await admin.attributeChanges(request.params.id, pageOf(request)));
  });

  app.get('/admin/v1/services', async (_request, response) => {
    response.json(await admin.services());
  });

  app.put('/admin/v1/services', body, async (request, response) => {
    response.json(await admin.setServices(checked(servicesBody, request.body)));
  });

  app.use(notFound());
  app.use(problemHandler(log, authorityProblem));
  return app;
}

function pageOf(request: Request): { cursor?: string; limit?: number } {
  const { cursor, limit } = request.query;
  const number = limit === undefined ? 50 : Number(limit);
  if (!Number.isInteger(number) || number < 1 || number > 100) {
    throw new HttpProblem(400, 'REQUEST_INVALID', 'limit is a whole number from 1 to 100.');
  }
  return { limit: number, ...(typeof cursor === 'string' && cursor !== '' && { cursor }) };
}
