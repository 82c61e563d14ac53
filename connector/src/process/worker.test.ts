import type { Stored } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import type { Answer, Negotiation } from '../model.js';
import { negotiationMoves } from '../negotiation/states.js';
import type { Processes } from './processes.js';
import type { Next, SendWork } from './work.js';
import { processWorker } from './worker.js';

const asked: Negotiation = {
  pid: 'urn:uuid:ours',
  role: 'consumer',
  peer: 'urn:causeway:p',
  address: 'https://provider/dsp/2025-1',
  state: 'REQUESTED',
  lane: 1,
  moves: 0,
  unacknowledged: 1,
  answered: [],
  history: [],
  created: 0,
  updated: 0,
  dataset: 'urn:causeway:p:d',
  offer: {},
};
const opening: SendWork = {
  kind: 'send',
  process: 'negotiation',
  pid: asked.pid,
  message: { '@type': 'ContractRequestMessage', callbackAddress: 'https://consumer/dsp/2025-1' },
  move: 'REQUESTED',
};

/** A worker whose process is `asked` and whose peer gives this answer, and what it would make of the process. */
function worker(answer: Answer) {
  const changes: Next<Negotiation>[] = [];
  const stored: Stored<Negotiation> = { key: new Uint8Array(), value: asked, version: 1n };
  const processes: Pick<Processes<Negotiation>, 'get' | 'settlement'> = {
    get: async () => stored,
    settlement: (_before, next) => {
      changes.push(next);
      return { writes: [] };
    },
  };
  const made = processWorker({
    kind: 'negotiation',
    moves: negotiationMoves,
    processes: processes as Processes<Negotiation>,
    transport: { send: async () => answer },
    clock: new ManualClock(),
    complete: async (_record, message) => message,
    decide: async () => ({ move: 'hold' }),
    apply: async () => undefined,
    ended: async (record) => ({ record }),
    learned: async () => undefined,
  });
  return { ...made, changes };
}

const signal = new AbortController().signal;
const refusal = { '@type': 'ContractNegotiationError', code: 'NOT_FOUND', reason: ['There is none.'] };

test('what the peer refuses in its own words ends an opening at once', async () => {
  const { perform, settle, changes } = worker({ status: 404, body: refusal });
  const attempt = await perform(opening, 0, signal);
  expect(attempt).toMatchObject({ refused: expect.any(String), data: refusal });
  if ('refused' in attempt) await settle(opening, attempt);
  expect(changes[0]?.record).toMatchObject({ state: 'TERMINATED', reason: { code: 'NOT_FOUND' } });
});

// Whoever stands between the connectors may answer for a peer that has the message already.
test.each<Answer>([{ status: 404 }, { status: 413, body: { title: 'too large' } }, { status: 400, body: {} }])(
  'an answer that does not speak the protocol refuses nothing: %j',
  async (answer) => {
    expect(await worker(answer).perform(opening, 0, signal)).toMatchObject({ retry: expect.any(String) });
  },
);

test('giving up is no refusal: the peer may have the process, so ours is parked and not ended', async () => {
  const { settle, changes } = worker({ status: 200 });
  await settle(opening, { refused: 'gave up after 7 days' });
  expect(changes[0]?.record).toMatchObject({ state: 'REQUESTED', parked: { en: 'gave up after 7 days' } });
});
