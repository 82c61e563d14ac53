import {
  bodyReaders,
  isKey,
  type Logger,
  managementApp,
  type Operation,
  ok,
  owner,
  pageOptions,
  pageQuery,
  type Secret,
} from '@causeway/platform';
import type { Express } from 'express';
import { BrokerError } from '../errors.js';
import type { Events } from '../events.js';
import { type Participant, type Participants, participantStates } from '../registry/participants.js';
import type { Sweeper } from '../registry/sweeper.js';
import { httpRefusal } from '../serve/refusals.js';
import { type SchemaName, schemas } from './schemas.js';

export interface BrokerApiOptions {
  readonly participants: Participants;
  readonly sweeper: Sweeper;
  readonly events: Events;
  readonly key: Secret;
  readonly log: Logger;
}

const readReason = bodyReaders(schemas)<{ readonly reason: string }>('Because');

/** What the broker's operator sees and decides, over plain HTTP on loopback with the key of the service. */
export function brokerApi({ participants, sweeper, events, key, log }: BrokerApiOptions): Express {
  const decided = (decision: string, participant: Participant) => {
    events.decided(decision, participant.id, participant.reason);
    sweeper.kick();
    return ok(participant);
  };
  const operations: Operation<SchemaName>[] = [
    {
      method: 'get',
      path: '/participants',
      id: 'listParticipants',
      summary: 'Lists who registers here, by id: how alive, how many datasets, until when certified',
      query: { state: `Only those that are ${participantStates.join(', ')}`, ...pageQuery },
      answer: 'ParticipantPage',
      async handle({ query }) {
        const state = participantStates.find((known) => known === query['state']);
        if (query['state'] !== undefined && state === undefined) {
          throw new BrokerError('QUERY_INVALID', `A state is one of ${participantStates.join(', ')}.`);
        }
        return ok(await participants.page({ ...pageOptions(query), ...(state && { state }) }));
      },
    },
    {
      method: 'get',
      path: '/participants/{id}',
      id: 'getParticipant',
      summary: 'Shows a participant',
      answer: 'Participant',
      handle: async ({ params: { id = '' } }) => ok(await participants.get(id)),
    },
    {
      method: 'post',
      path: '/participants/{id}/approve',
      id: 'approveParticipant',
      summary: 'Lets a participant in that waits, or again one that was rejected or removed',
      answer: 'Participant',
      handle: async ({ params: { id = '' } }) => decided('approved', await participants.approve(id)),
    },
    {
      method: 'post',
      path: '/participants/{id}/reject',
      id: 'rejectParticipant',
      summary: 'Refuses a participant that waits; it is told the reason',
      body: 'Because',
      answer: 'Participant',
      handle: async ({ params: { id = '' }, body }) =>
        decided('rejected', await participants.reject(id, readReason(body).reason)),
    },
    {
      method: 'post',
      path: '/participants/{id}/remove',
      id: 'removeParticipant',
      summary: 'Takes what a participant lists away and refuses it from now on; it is told the reason',
      body: 'Because',
      answer: 'Participant',
      handle: async ({ params: { id = '' }, body }) =>
        decided('removed', await participants.remove(id, readReason(body).reason)),
    },
  ];
  return managementApp({
    ...{ title: 'Causeway broker management', operations, schemas, log, problemOf: httpRefusal },
    holder: async (shown) => (isKey(shown, key) ? owner : undefined),
  });
}
