import { type AttributeToken, peerIfAny } from '@causeway/certs/peer';
import { jsonBody } from '@causeway/platform';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { CatalogService } from '../catalog/catalog.js';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import type { Answer, JsonObject } from '../model.js';
import type { NegotiationMessage, Negotiations } from '../negotiation/negotiations.js';
import type { Caller, DspIdentity } from '../ports.js';
import type { DspQueue } from '../process/queue.js';
import type { TransferMessage } from '../transfer/receive.js';
import type { Transfers } from '../transfer/transfers.js';
import { dspErrors } from './errors.js';
import { limitIn } from './filter.js';
import { longestId } from './schemas.js';
import { readMessage } from './validate.js';
import { changesRelation, dspBase, dspRoot, dspVersion, messagePaths } from './vocabulary.js';

/** The largest message that is read. */
const bodyLimit = 1_048_576;

export interface DspEdge {
  readonly identity: DspIdentity;
  readonly catalog: CatalogService;
  readonly negotiations: Negotiations;
  readonly transfers: Transfers;
  readonly events: ConnectorEvents;
  /** Told who talks to us, once that is proven. */
  readonly queue: Pick<DspQueue, 'heard'>;
  /** Keeps what the token says that proved it, before the message is looked at; absent: nothing is kept. */
  readonly learn?: (token: AttributeToken) => Promise<void>;
}

/** Served without a certificate (version metadata only). */
export const dspOpenRoutes = [{ method: 'GET', path: `${dspRoot}/.well-known/dspace-version` }] as const;

const negotiationMessages: readonly NegotiationMessage[] = [
  'ContractRequestMessage',
  'ContractOfferMessage',
  'ContractAgreementMessage',
  'ContractAgreementVerificationMessage',
  'ContractNegotiationEventMessage',
  'ContractNegotiationTerminationMessage',
];
const transferMessages: readonly TransferMessage[] = [
  'TransferStartMessage',
  'TransferCompletionMessage',
  'TransferSuspensionMessage',
  'TransferTerminationMessage',
];

/** The HTTPS binding of Dataspace Protocol 2025-1, provider and consumer endpoints under one base. */
export function dspApp(edge: DspEdge): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get(`${dspRoot}/.well-known/dspace-version`, (_request, response) => {
    response.json({ protocolVersions: [{ version: dspVersion, path: `/${dspVersion}`, binding: 'HTTPS' }] });
  });
  app.use(`${dspBase}/catalog`, catalogRoutes(edge), nowhere, dspErrors('catalog', edge.events));
  app.use(`${dspBase}/negotiations`, negotiationRoutes(edge), nowhere, dspErrors('negotiation', edge.events));
  app.use(`${dspBase}/transfers`, transferRoutes(edge), nowhere, dspErrors('transfer', edge.events));
  app.use(nowhere, dspErrors('catalog', edge.events));
  return app;
}

/** Whatever no route takes, by its path or by its method, is refused in the words of the protocol too. */
const nowhere: RequestHandler = ({ method, path }) => {
  throw new ConnectorError('NOT_FOUND', `There is nothing at ${method} ${path.slice(0, 500)}.`);
};

type Handler = (caller: Caller, message: JsonObject, request: Request, response: Response) => Promise<Answer>;

/** Authenticates before a byte of the body is read, then reads the message as the type the path is for. */
function route(edge: DspEdge, type: Parameters<typeof readMessage>[0] | undefined, handle: Handler): RequestHandler[] {
  const authenticate: RequestHandler = async (request, response, next) => {
    const peer = peerIfAny(request);
    const { authorization } = request.headers;
    const caller = await edge.identity.authenticate({
      ...(peer === undefined ? {} : { peer }),
      ...(authorization === undefined ? {} : { authorization }),
    });
    if (caller.token !== undefined) await edge.learn?.(caller.token);
    edge.queue.heard(caller.id);
    response.locals['caller'] = caller;
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const caller = callerOf(response);
    const message = type === undefined ? {} : readMessage(type, request.body);
    const { status, body } = await handle(caller, message, request, response);
    response.status(status);
    if (body === undefined) response.end();
    else response.json(body);
  };
  return type === undefined ? [authenticate, answer] : [authenticate, jsonBody(bodyLimit), answer];
}

function callerOf(response: Response): Caller {
  const caller: unknown = response.locals['caller'];
  if (caller !== null && typeof caller === 'object' && 'id' in caller) return caller as Caller;
  throw new ConnectorError('UNAUTHENTICATED', 'Nobody was authenticated on this request.');
}

/** No process and no dataset has a longer one. */
function pidOf(request: Request): string {
  const pid = String(request.params['pid']);
  if (Buffer.byteLength(pid) <= longestId) return pid;
  throw new ConnectorError('NOT_FOUND', 'There is nothing of yours under an id as long as this.');
}
const query = (request: Request, name: string): string | undefined => {
  const value = request.query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Whether `If-None-Match` names an entity tag (RFC 9110, 13.1.2); the weak comparison takes no heed of `W/`. */
function holds(header: string | undefined, current: string): boolean {
  return (header ?? '').split(',').some((one) => ['*', current].includes(one.trim().replace(/^W\//, '')));
}

function catalogRoutes(edge: DspEdge): express.Router {
  const router = express.Router();
  const ask: Handler = async (caller, message, request, response) => {
    const wanted = limitIn(message['filter']);
    const [cursor, since] = [query(request, 'cursor'), query(request, 'since')];
    const limit = Number(query(request, 'limit') ?? wanted ?? '50');
    const bounded = Number.isInteger(limit) && limit > 0 ? { limit } : {};
    const { etag, catalog, next, held } = await edge.catalog.page(caller.id, {
      ...(cursor === undefined ? {} : { cursor }),
      ...(since === undefined ? {} : { since }),
      ...bounded,
      unless: (current) => holds(request.headers['if-none-match'], current),
    });
    const link = (rel: string, about: { readonly [name: string]: string }): string =>
      `<${request.baseUrl}/request?${new URLSearchParams(about)}${'limit' in bounded ? `&limit=${limit}` : ''}>; rel="${rel}"`;
    const links = [
      ...(next === undefined ? [] : [link('next', { ...next })]),
      ...(held === undefined ? [] : [link(changesRelation, { since: held })]),
    ];
    response.setHeader('ETag', etag);
    if (links.length > 0) response.setHeader('Link', links.join(', '));
    return catalog === undefined ? { status: 304 } : { status: 200, body: catalog };
  };
  router.post('/request', route(edge, 'CatalogRequestMessage', ask));
  router.get(
    '/datasets/:pid',
    route(edge, undefined, async (caller, _message, request) => ({
      status: 200,
      body: await edge.catalog.dataset(caller.id, pidOf(request)),
    })),
  );
  return router;
}

function negotiationRoutes(edge: DspEdge): express.Router {
  const router = express.Router();
  for (const type of ['ContractRequestMessage', 'ContractOfferMessage'] as const) {
    const open: Handler = (caller, message) => edge.negotiations.open(caller, type, message);
    router.post(`/${messagePaths[type]}`, route(edge, type, open));
  }
  for (const type of negotiationMessages) {
    const receive: Handler = (caller, message, request) =>
      edge.negotiations.receive(caller, type, pidOf(request), message);
    router.post(`/:pid/${messagePaths[type]}`, route(edge, type, receive));
  }
  router.get(
    '/:pid',
    route(edge, undefined, (caller, _message, request) => edge.negotiations.show(caller, pidOf(request))),
  );
  return router;
}

function transferRoutes(edge: DspEdge): express.Router {
  const router = express.Router();
  const open: Handler = (caller, message) => edge.transfers.open(caller, message);
  router.post('/request', route(edge, 'TransferRequestMessage', open));
  for (const type of transferMessages) {
    const receive: Handler = (caller, message, request) =>
      edge.transfers.receive(caller, type, pidOf(request), message);
    router.post(`/:pid/${messagePaths[type]}`, route(edge, type, receive));
  }
  router.get(
    '/:pid',
    route(edge, undefined, (caller, _message, request) => edge.transfers.show(caller, pidOf(request))),
  );
  return router;
}
