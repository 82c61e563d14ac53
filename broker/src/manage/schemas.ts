import type { OpenAPIV3_1 } from 'openapi-types';
import { participantStates } from '../registry/participants.js';

type Schema = OpenAPIV3_1.SchemaObject;

const instant = (what: string): Schema => ({
  type: 'integer',
  description: `${what}: milliseconds since 1970-01-01T00:00:00Z`,
});
// A reason is shown on other people's terminals.
const line: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  pattern: '^[^\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069]+$',
};

/** What the broker's management API takes and answers. */
export const schemas = {
  Participant: {
    type: 'object',
    required: ['id', 'state', 'lastHeartbeat', 'datasets'],
    properties: {
      id: { type: 'string', maxLength: 200 },
      name: { type: 'string', description: 'What it calls itself; its id is what is proven' },
      state: { enum: [...participantStates] },
      lastHeartbeat: instant('When it was last heard of'),
      datasets: { type: 'integer', description: 'How many it lists, or means to list while it waits' },
      certificateExpires: instant('When the certificate ends with which it came last'),
      since: instant('Since when it waits, or is rejected or removed'),
      reason: { type: 'string', description: 'Why it is rejected or removed; the participant is told' },
    },
  },
  ParticipantPage: {
    type: 'object',
    required: ['items'],
    properties: {
      items: { type: 'array', items: { $ref: '#/components/schemas/Participant' }, maxItems: 200 },
      next: { type: 'string', description: 'Cursor of the next page; a short page may have one' },
    },
  },
  Because: { type: 'object', required: ['reason'], properties: { reason: line }, additionalProperties: false },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string' },
    },
  },
} satisfies Record<string, Schema>;
export type SchemaName = keyof typeof schemas;
