import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Store } from '@causeway/platform';
import type { PeerCatalog } from '../catalog/peer-catalog.js';
import { isObject } from '../dsp/messages.js';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import type { JsonObject, Negotiation, Reason } from '../model.js';
import type { NegotiationRequest, Negotiations } from '../negotiation/negotiations.js';
import type { Discovery } from '../ports.js';
import { reason } from '../reasons.js';
import type { Records } from '../records.js';
import { trimSlashes } from '../trim-slashes.js';
import { auditBundle } from './audit.js';
import type { RecordContext } from './logged-record.js';
import { findProcess, requestName } from './lookup.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';
import { bodyReader } from './read-body.js';
import { agreementEntry, agreementView, negotiationEntry, negotiationView } from './views.js';
import { settledOrLate, waitOf } from './wait.js';

export interface ContractContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly records: Records;
  readonly identity: Identity;
  readonly log: Logger;
  readonly evidence: RecordContext['evidence'];
  readonly negotiations: Negotiations;
  readonly peers: PeerCatalog;
  readonly discovery: Discovery;
  readonly events: ConnectorEvents;
}

interface Asked {
  readonly provider?: string;
  readonly dataset: string;
  readonly address?: string;
  readonly offer?: string | JsonObject;
}
const readAsked = bodyReader<Asked>('NegotiationRequest');
const readEnding = bodyReader<{ readonly reason?: string }>('Ending');

/** Why a person ends or pauses something. */
export function operatorReason(body: unknown): Reason {
  const { reason: words } = readEnding(body);
  return words === undefined ? reason('OPERATOR', 'Decided by an operator.') : reason('OPERATOR', words, words);
}

/** Negotiations and the agreements they come to. */
export function contractOperations(context: ContractContext): Operation[] {
  const { records, negotiations } = context;
  const find = (id: string): Promise<Negotiation> => findProcess(records, 'negotiation', records.negotiations, id);
  return [
    {
      method: 'put',
      path: '/negotiations/{id}',
      id: 'requestContract',
      summary: 'Asks a provider for a contract; the same id again creates nothing',
      body: 'NegotiationRequest',
      answer: 'Negotiation',
      statuses: [200, 201],
      async handle({ params: { id = '' }, body }) {
        const request = requestName(id);
        const wanted = readAsked(body);
        const known = await records.pids.get('negotiation', 'request', request);
        if (known) return ok(negotiationView(sameRequest(await find(request), wanted)));
        const asked = await whatToAsk(context, wanted);
        const { record, created } = await negotiations.request({ request, ...asked });
        return { status: created ? 201 : 200, body: negotiationView(sameRequest(record, wanted)) };
      },
    },
    {
      method: 'get',
      path: '/negotiations',
      id: 'listNegotiations',
      summary: 'Lists negotiations of either role',
      query: pageQuery,
      answer: 'NegotiationPage',
      handle: async ({ query }) =>
        pageReply(await records.negotiations.page(pageOptions(query)), ({ value }) => negotiationEntry(value)),
    },
    {
      method: 'get',
      path: '/negotiations/{id}',
      id: 'getNegotiation',
      summary: 'Shows a negotiation, by its pid or by the id chosen for it',
      query: { wait: 'Seconds to wait for its end, or for an offer to us, at most 60' },
      answer: 'Negotiation',
      async handle({ params: { id = '' }, query, signal }) {
        const { pid } = await find(id);
        const prefixes = [records.negotiations.key(pid)];
        const record = await settledOrLate({ ...context, prefixes, signal }, waitOf(query), async () => {
          const value = await find(pid);
          return { value, settled: value.parked !== undefined || leftToUs(value) };
        });
        return ok(negotiationView(record));
      },
    },
    {
      method: 'post',
      path: '/negotiations/{id}/accept',
      id: 'acceptOffer',
      summary: 'Takes the offer that the provider made instead of what was asked for',
      answer: 'Negotiation',
      async handle({ params: { id = '' } }) {
        const { pid } = await find(id);
        return ok(negotiationView(await negotiations.accept(pid)));
      },
    },
    {
      method: 'post',
      path: '/negotiations/{id}/terminate',
      id: 'terminateNegotiation',
      summary: 'Ends a negotiation: it binds us at once, and is shared when the peer acknowledges it',
      body: 'Ending',
      answer: 'Negotiation',
      async handle({ params: { id = '' }, body }) {
        const { pid } = await find(id);
        return ok(negotiationView(await negotiations.terminate(pid, operatorReason(body))));
      },
    },
    {
      method: 'get',
      path: '/agreements',
      id: 'listAgreements',
      summary: 'Lists agreements of either role',
      query: pageQuery,
      answer: 'AgreementPage',
      handle: async ({ query }) =>
        pageReply(await records.agreements.page(pageOptions(query)), ({ value }) => agreementEntry(value)),
    },
    {
      method: 'get',
      path: '/agreements/{digest}',
      id: 'getAgreement',
      summary: 'Shows an agreement',
      answer: 'Agreement',
      async handle({ params: { digest = '' } }) {
        const found = (await records.agreements.get(digest))?.value;
        if (found === undefined) throw new ConnectorError('NOT_FOUND', `There is no agreement ${digest}.`);
        return ok(agreementView(found));
      },
    },
    {
      method: 'post',
      path: '/agreements/{digest}/end',
      id: 'endAgreement',
      summary: 'Ends an agreement for good: nothing begins under it, and what runs is stopped; again does nothing',
      body: 'Ending',
      answer: 'Agreement',
      async handle({ params: { digest = '' }, body }) {
        return ok(agreementView(await negotiations.endAgreement(digest, operatorReason(body))));
      },
    },
    {
      method: 'get',
      path: '/agreements/{digest}/audit-bundle',
      id: 'exportAuditBundle',
      summary: "Everything that proves an agreement's record, for a verifier that trusts nobody (canonical JSON)",
      async handle({ params: { digest = '' } }) {
        const { bytes, statements } = await auditBundle(context, digest);
        context.events.released(digest, statements);
        return { status: 200, bytes };
      },
    },
  ];
}

/** Whether it has ended, or waits for a person here: an offer that the provider made instead. */
function leftToUs({ role, state }: Negotiation): boolean {
  return state === 'FINALIZED' || state === 'TERMINATED' || (role === 'consumer' && state === 'OFFERED');
}

/** The same id with something else asked under it is a mistake of the client. */
function sameRequest(record: Negotiation, { provider, dataset, offer }: Asked): Negotiation {
  const same = record.dataset === dataset && record.peer === (provider ?? record.peer);
  if (same && isDeepStrictEqual(record.wanted, offer)) return record;
  throw new ConnectorError('ALREADY_EXISTS', 'This id was used to ask for something else; choose another.');
}

async function whatToAsk(
  { peers, discovery }: ContractContext,
  asked: Asked,
): Promise<Omit<NegotiationRequest, 'request'>> {
  const { dataset, offer: wanted, provider = dataset.slice(0, Math.max(0, dataset.lastIndexOf(':'))) } = asked;
  if (provider === '') {
    throw new ConnectorError('REQUEST_INVALID', 'Expected a provider, or a dataset id that begins with one.');
  }
  const address = asked.address === undefined ? await discovery.address(provider) : trimSlashes(asked.address);
  if (typeof wanted === 'object') return { provider, address, dataset, offer: wanted, wanted };
  const offers = (await peers.dataset(provider, address, dataset))['hasPolicy'];
  for (const offer of Array.isArray(offers) ? offers : []) {
    if (!isObject(offer)) continue;
    if (wanted === undefined) return { provider, address, dataset, offer };
    if (offer['@id'] === wanted) return { provider, address, dataset, offer, wanted };
  }
  throw new ConnectorError('OFFER_UNKNOWN', `Dataset ${dataset} has no offer ${wanted ?? ''} for us.`);
}
