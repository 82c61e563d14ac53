import { dspBase, dspContext, messagePaths, messageTypes } from '../../dsp/vocabulary.js';
import type { JsonObject, ProcessRole } from '../../model.js';
import { movesOf, peerMay } from './table.js';
import type { World } from './world.js';

export type Side = 'provider' | 'consumer';

/** What an original does, by the standard: it moves its process, opens one, only asks, repeats what was said, or is not legal. */
export type Meaning = 'moves' | 'opens' | 'asks' | 'repeats' | 'illegal' | 'crosses';

/** A message as the standard has it, to a process in some state. */
export interface Original {
  readonly name: string;
  /** Who receives it. */
  readonly side: Side;
  readonly caller: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: JsonObject;
  readonly meaning: Meaning;
  readonly kind: 'negotiation' | 'transfer' | 'catalog';
  /** The process it is about, by the pid of the side that receives it, and the state it leads to. */
  readonly pid?: string;
  readonly to?: string;
  /** Ids of messages that this process has had and answered. */
  readonly answered: readonly string[];
  /** Pids of other processes of the same receiver: of the same caller, and of somebody else. */
  readonly others: readonly string[];
}

const nowhere = 'http://127.0.0.1:1/dsp/2025-1';

/** Every message of every type to every process of both sides, legal there or not, and what begins or only asks. */
export async function originals(world: World): Promise<Original[]> {
  const all: Original[] = [];
  for (const side of ['provider', 'consumer'] as const) {
    const { party } = world[side];
    const caller = world[side === 'provider' ? 'consumer' : 'provider'].party.id;
    for (const kind of ['negotiation', 'transfer'] as const) {
      const processes = world[`${kind}s`];
      const others = [
        ...processes.map(({ pids }) => pids[side]),
        ...(kind === 'negotiation' ? [world.strange[side]] : []),
      ];
      for (const { name, pids } of processes) {
        const stored = await party.records[`${kind}s`].get(pids[side]);
        if (stored === undefined) throw new Error(`expected ${name} to be there`);
        const { value: process } = stored;
        const about = { side, caller, kind, pid: pids[side], others: others.filter((pid) => pid !== pids[side]) };
        const answered = process.answered.map(({ id }) => id);
        const where = `${side}, ${name}`;
        all.push({
          ...about,
          answered,
          name: `GET, ${where}`,
          method: 'GET',
          path: pathOf(kind, pids[side]),
          meaning: 'asks',
        });
        for (const type of messageTypes.filter((one) =>
          one.startsWith(kind === 'negotiation' ? 'Contract' : 'Transfer'),
        )) {
          if (type === 'TransferRequestMessage') continue;
          for (const body of bodiesOf(world, type, pids)) {
            const move = movesOf[`${type} ${String(body['eventType'])}`] ?? movesOf[type];
            if (move === undefined) throw new Error(`expected to know what ${type} does`);
            all.push({
              ...{
                ...about,
                answered,
                body,
                name: `${type}${move.to === 'TERMINATED' ? '' : ` (${move.to})`}, ${where}`,
              },
              ...{ method: 'POST', path: `${pathOf(kind, pids[side])}/${messagePaths[type]}`, to: move.to },
              meaning: meaningOf(kind, process, move, body),
            });
          }
        }
      }
    }
    all.push(...first(world, side, caller));
  }
  return all;
}

function pathOf(kind: 'negotiation' | 'transfer', pid: string): string {
  return `${dspBase}/${kind}s/${pid}`;
}

function meaningOf(
  kind: 'negotiation' | 'transfer',
  process: {
    readonly role: ProcessRole;
    readonly state: string;
    readonly intent?: { readonly state: string };
    readonly suspendedBy?: ProcessRole;
  },
  move: { readonly to: string; readonly role?: ProcessRole },
  body: JsonObject,
): Meaning {
  if (move.role !== undefined && move.role !== process.role) return 'illegal';
  // Both have moved, and neither has heard of the other: which of the two stands is for the model check.
  if (process.intent !== undefined) {
    // A suspension binds at once: nobody resumes what the other has suspended, heard of or not.
    const resumed = move.to === 'STARTED' && process.intent.state === 'SUSPENDED';
    return resumed && !peerMay(kind, { ...process, state: 'SUSPENDED' }, move.to) ? 'illegal' : 'crosses';
  }
  // A verification has to be signed over the very agreement.
  if (move.to === 'VERIFIED' && process.state === 'AGREED' && body['@id'] === 'urn:uuid:unsigned') return 'crosses';
  if (peerMay(kind, process, move.to)) return 'moves';
  return process.state === move.to ? 'repeats' : 'illegal';
}

/** Valid bodies of a type for a process; the ones that were really sent, where there are such. */
function bodiesOf(
  world: World,
  type: (typeof messageTypes)[number],
  pids: { provider: string; consumer: string },
): JsonObject[] {
  const head = { '@context': [dspContext], '@type': type, '@id': 'urn:uuid:fresh' };
  const both = { ...head, providerPid: pids.provider, consumerPid: pids.consumer };
  const ending = { code: 'OPERATOR', reason: [{ '@value': 'Enough.', '@language': 'en' }] };
  const offer = offerOf(world);
  const sent = world.kept.filter((one) => one['@type'] === type && one['providerPid'] === pids.provider);
  switch (type) {
    case 'ContractRequestMessage':
    case 'ContractOfferMessage':
      return [{ ...both, offer }];
    case 'ContractAgreementMessage':
      return sent.length > 0 ? sent : [{ ...both, agreement: agreementOf(world) }];
    case 'ContractAgreementVerificationMessage':
      return sent.length > 0 ? sent : [{ ...both, '@id': 'urn:uuid:unsigned' }];
    case 'ContractNegotiationEventMessage':
      return ['ACCEPTED', 'FINALIZED'].map((eventType) => ({ ...both, eventType }));
    case 'ContractNegotiationTerminationMessage':
    case 'TransferSuspensionMessage':
    case 'TransferTerminationMessage':
      return [{ ...both, ...ending }];
    case 'TransferStartMessage':
      return [{ ...both, dataAddress: dataAddress() }, both];
    default:
      return [both];
  }
}

/** What begins a process, and what only asks. */
function first(world: World, side: Side, caller: string): Original[] {
  const offer = offerOf(world);
  const context = { '@context': [dspContext], '@id': 'urn:uuid:fresh', callbackAddress: nowhere };
  const about = { side, caller, answered: [], others: [] };
  const opening = { ...about, method: 'POST', meaning: 'opens' } as const;
  const catalog = { ...about, kind: 'catalog', meaning: 'asks' } as const;
  const asking: Original[] = [
    {
      ...{ ...catalog, name: `CatalogRequestMessage, ${side}`, method: 'POST', path: `${dspBase}/catalog/request` },
      body: { '@context': [dspContext], '@type': 'CatalogRequestMessage' },
    },
  ];
  if (side === 'consumer') {
    return [
      ...asking,
      {
        ...{
          ...opening,
          kind: 'negotiation',
          name: 'ContractOfferMessage, first',
          path: `${dspBase}/negotiations/offers`,
        },
        body: { ...context, '@type': 'ContractOfferMessage', providerPid: 'urn:uuid:fresh-process', offer },
        to: 'OFFERED',
      },
    ];
  }
  return [
    ...asking,
    { ...catalog, name: 'GET dataset', method: 'GET', path: `${dspBase}/catalog/datasets/${world.dataset.id}` },
    {
      ...{
        ...opening,
        kind: 'negotiation',
        name: 'ContractRequestMessage, first',
        path: `${dspBase}/negotiations/request`,
      },
      body: { ...context, '@type': 'ContractRequestMessage', consumerPid: 'urn:uuid:fresh-process', offer },
      to: 'REQUESTED',
    },
    {
      ...{ ...opening, kind: 'transfer', name: 'TransferRequestMessage', path: `${dspBase}/transfers/request` },
      body: {
        ...{ ...context, '@type': 'TransferRequestMessage', consumerPid: 'urn:uuid:fresh-process' },
        ...{ agreementId: world.agreementId, format: 'GrpcData-PULL', dataAddress: dataAddress() },
      },
      to: 'REQUESTED',
    },
  ];
}

function offerOf({ dataset }: World): JsonObject {
  return { ...structuredClone(dataset.offers[0]?.policy ?? {}), '@type': 'Offer', target: dataset.id };
}

function agreementOf(world: World): JsonObject {
  const { assignee: _all, ...terms } = offerOf(world);
  const [assigner, assignee] = [world.provider.party.id, world.consumer.party.id];
  return {
    ...terms,
    '@type': 'Agreement',
    '@id': 'urn:uuid:agreement',
    assigner,
    assignee,
    timestamp: '2026-01-01T00:00:00Z',
  };
}

function dataAddress(): JsonObject {
  return {
    '@type': 'DataAddress',
    endpointType: 'urn:causeway:v1:GrpcData-PULL',
    endpoint: '127.0.0.1:1',
    endpointProperties: [{ '@type': 'EndpointProperty', name: 'authorization', value: 'token' }],
  };
}
