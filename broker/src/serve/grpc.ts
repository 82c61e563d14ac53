import { type Peer, type PeerServiceDefinition, peerService } from '@causeway/certs/peer';
import { headLimits, type SignedHead } from '@causeway/evidence';
import { Broker, type causeway } from '@causeway/proto';
import { BrokerError } from '../errors.js';
import type { Events } from '../events.js';
import type { RegistrationMessage, Registrations } from '../registry/registration.js';
import type { Registry } from '../registry/registry.js';
import type { FoundHit } from '../search/finder.js';
import type { Tally } from '../search/tally.js';
import type { Reads } from './reads.js';
import { grpcRefusal } from './refusals.js';

type Wire = typeof causeway.broker.v1;
type RegisterRequest = InstanceType<Wire['RegisterRequest']>;
type WireHead = { readonly head?: string | null; readonly keyStatement?: string | null } | null | undefined;

const publishers = { roles: ['participant'] } as const;
const members = { roles: ['participant', 'auditor'] } as const;

/** The broker's gRPC service: writes by publishers, reads by members. */
export function brokerService(o: {
  readonly registry: Registry;
  readonly registrations: Registrations;
  readonly reads: Reads;
  readonly events: Events;
}): PeerServiceDefinition {
  const { registry, registrations, reads, events } = o;
  const writing = async <T>(kind: Parameters<Events['wrote']>[0], peer: Peer, write: () => Promise<T>): Promise<T> => {
    try {
      const written = await write();
      events.wrote(kind, peer.id, 'ok');
      return written;
    } catch (error) {
      events.wrote(kind, peer.id, error instanceof BrokerError ? error.code : 'FAILED');
      throw grpcRefusal(error);
    }
  };
  return peerService(Broker, {
    rules: {
      register: publishers,
      heartbeat: publishers,
      deregister: publishers,
      search: members,
      resolve: members,
      describe: members,
    },
    handlers: {
      register: {
        clientStream: ({ peer, requests }) =>
          writing('register', peer, async () => ({
            sequence: await registrations.register(peer, messagesOf(requests)),
          })),
      },
      heartbeat: {
        unary: ({ peer, request }) =>
          writing('heartbeat', peer, async () => ({ sequence: await registry.heartbeat(peer, headOf(request.head)) })),
      },
      deregister: {
        unary: ({ peer, request }) =>
          writing('deregister', peer, async () => {
            await registry.deregister(peer, headOf(request.head));
            return {};
          }),
      },
      search: {
        unary: ({ request }) =>
          answering(async () => {
            const { query, limit, cursor } = request;
            const facets = request.facets.map(({ name, values }) => ({ name: name ?? '', values: values ?? [] }));
            const { hits, next = '', tally } = await reads.search({ query, facets, limit, cursor });
            return { hits: hits.map(wireHit), next, ...(tally && { tally: wireTally(tally) }) };
          }),
      },
      resolve: {
        unary: ({ request }) => answering(async () => ({ hit: wireHit(await reads.resolve(request.id)) })),
      },
      describe: {
        unary: ({ request }) =>
          answering(async () => {
            const { head, keyStatement, liveness } = await reads.describe(request.participant);
            return { head: { head, keyStatement }, liveness };
          }),
      },
    },
  });
}

async function answering<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw grpcRefusal(error);
  }
}

async function* messagesOf(requests: AsyncIterable<RegisterRequest>): AsyncGenerator<RegistrationMessage> {
  for await (const { head, entry } of requests) {
    if (head) yield { head: headOf(head) };
    else if (entry) yield { entry };
    else throw new BrokerError('MESSAGE_INVALID', 'A message of a registration carries a head or an entry.');
  }
}

function headOf(head: WireHead): SignedHead {
  if (!head?.head || !head.keyStatement) {
    throw new BrokerError('MESSAGE_INVALID', 'A signed head and the statement of its key are needed.');
  }
  if (head.head.length > headLimits.bytes || head.keyStatement.length > headLimits.keyStatement) {
    throw new BrokerError(
      'TOO_LARGE',
      `A head has at most ${headLimits.bytes} bytes, its key statement ${headLimits.keyStatement}.`,
    );
  }
  return { head: head.head, keyStatement: head.keyStatement };
}

function wireTally({ found, facets, partial }: Tally) {
  return { found, facets: facets.map(({ name, values }) => ({ name, values: [...values] })), partial };
}

function wireHit({ entry, index, proof, head, keyStatement, liveness }: FoundHit) {
  return { entry, index, proof: [...proof], head: { head, keyStatement }, liveness };
}
