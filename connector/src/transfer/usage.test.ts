import { parseStatement } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { extension } from '../dsp/vocabulary.js';
import type { FactsFor } from '../ports.js';
import { Pair } from '../testing/pair.js';

/** A wall clock that somebody sets, beside a steady one. */
class WallClock extends ManualClock {
  ahead = 0;

  override now(): number {
    return super.now() + this.ahead;
  }
}

const clock = new WallClock();
const hour = 3_600_000;
const instant = (ms: number) => new Date(ms).toISOString();
let pair: Pair;
const role = 'urn:causeway:v1:role';
let asked: number[];
let lapses: number | undefined;
let attested: string | undefined;

const factsFor: FactsFor = async (_peer, at) => {
  asked.push(at);
  if (attested === undefined || (lapses !== undefined && at >= lapses)) return { values: {} };
  const values = { [role]: { value: attested, source: 'attested' } } as const;
  return { values, ...(lapses === undefined ? {} : { until: lapses }) };
};

beforeEach(async () => {
  clock.ahead = 0;
  asked = [];
  lapses = undefined;
  attested = 'supplier';
  pair = await Pair.join(clock, { factsFor });
});

afterEach(() => pair[Symbol.asyncDispose]());

const during = (from: number, until: number) => ({
  action: 'use',
  constraint: [
    { leftOperand: 'odrl:dateTime', operator: 'gteq', rightOperand: instant(from) },
    { leftOperand: 'odrl:dateTime', operator: 'lt', rightOperand: instant(until) },
  ],
});

/** Permits the first hour and the third. */
function twoWindows() {
  const now = clock.now();
  const permission = [during(now, now + hour), during(now + 2 * hour, now + 3 * hour)];
  return [{ policy: { '@type': 'Offer', assignee: pair.consumer.id, permission } }];
}

test('a window that closes for good ends what runs, at that very millisecond, and the record says why', async () => {
  const until = clock.now() + hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id], until: instant(until) } }]);
  const running = await pair.transfer('t', agreement);
  await clock.advance(until - 1 - clock.now());
  await pair.provider.plane.usage.idle();
  expect((await pair.held(running)).provider).toMatchObject({ state: 'STARTED' });
  expect(pair.provider.dataPlane.stopped).toEqual([]);

  await clock.advance(1);
  await pair.provider.plane.usage.idle();
  const why = { code: 'POLICY_DENIED', en: expect.stringMatching(/^permitted before .*; it is /) };
  expect(pair.provider.dataPlane.stopped).toMatchObject([{ pid: running.theirs, to: 'TERMINATED', reason: why }]);
  await pair.settle();
  const { provider, consumer } = await pair.held(running);
  for (const side of [provider, consumer]) expect(side).toMatchObject({ state: 'TERMINATED', reason: why });

  expect(consumer.stop).toEqual(provider.stop);
  const { statement } = parseStatement(provider.stop?.statement ?? '');
  if (statement.type !== 'transfer-stop') throw new Error(`expected a stop, got ${statement.type}`);
  expect(statement).toMatchObject({ by: pair.provider.id, code: why.code, reason: why.en, time: instant(until) });
  const kept = (await pair.provider.records.decisions.get(statement.decision ?? ''))?.value;
  expect(JSON.parse(kept?.record ?? '{}')).toMatchObject({
    transfer: running.theirs,
    facts: { now: { value: instant(until) } },
    verdict: { permit: false },
  });
});

test('a stop that does not verify is not kept, and the transfer ends all the same', async () => {
  const until = clock.now() + hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id], until: instant(until) } }]);
  const running = await pair.transfer('t', agreement);
  pair.network.tamper = (body) =>
    extension.transferStop in body ? { ...body, [extension.transferStop]: { statement: '{}' } } : body;
  await clock.advance(hour);
  await pair.settle();
  const { provider, consumer } = await pair.held(running);
  expect([provider.state, consumer.state, consumer.stop]).toEqual(['TERMINATED', 'TERMINATED', undefined]);
});

test('what has been sent to the last byte is not stopped, and nothing opens for more of it', async () => {
  const until = clock.now() + hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id], until: instant(until) } }]);
  const running = await pair.transfer('t', agreement);
  const { control } = pair.provider.plane;
  await control.update(running.theirs, async (transfer) => {
    const { start } = transfer;
    if (start === undefined) throw new Error('expected a start');
    return { transfer: { ...transfer, end: { statement: start.statement, id: start.id, provider: start } } };
  });
  await clock.advance(hour);
  await pair.settle();
  expect((await pair.held(running)).provider).toMatchObject({ state: 'STARTED' });
  await expect(control.authorize(running.theirs)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
});

test('between two windows it is suspended by the provider, and resumed by it when the second opens', async () => {
  const now = clock.now();
  const running = await pair.transfer('t', await pair.agree('d', twoWindows()));

  await clock.advance(now + hour - clock.now());
  await pair.provider.plane.usage.idle();
  await pair.provider.plane.queue.idle();
  const paused = await pair.held(running);
  expect(paused.provider).toMatchObject({ state: 'SUSPENDED', suspendedBy: 'provider', heldUntil: now + 2 * hour });
  expect(paused.consumer).toMatchObject({ state: 'SUSPENDED', reason: { code: 'POLICY_DENIED' } });
  await expect(pair.consumer.plane.transfers.resume(running.ours)).rejects.toMatchObject({ code: 'STATE_INVALID' });

  const pulled = pair.consumer.dataPlane.pulled.length;
  await clock.advance(hour);
  await pair.provider.plane.usage.idle();
  await pair.provider.plane.queue.idle();
  const going = await pair.held(running);
  expect([going.provider.state, going.consumer.state]).toEqual(['STARTED', 'STARTED']);
  expect(going.provider.heldUntil).toBeUndefined();
  expect(pair.consumer.dataPlane.pulled.length).toBe(pulled + 1);

  await clock.advance(hour);
  await pair.settle();
  const over = await pair.held(running);
  expect([over.provider.state, over.consumer.state]).toEqual(['TERMINATED', 'TERMINATED']);
});

test('whoever suspends it by hand resumes it by hand', async () => {
  const now = clock.now();
  const running = await pair.transfer('t', await pair.agree('d', twoWindows()));
  await pair.provider.plane.transfers.suspend(running.theirs, { code: 'OPERATOR', en: 'Not now.', zh: '' });
  await pair.provider.plane.queue.idle();
  await clock.advance(now + 2 * hour + 1 - clock.now());
  await pair.provider.plane.usage.idle();
  expect((await pair.held(running)).provider).toMatchObject({ state: 'SUSPENDED', reason: { code: 'OPERATOR' } });
});

test('a restart finds what closed while it was away', async () => {
  const until = clock.now() + hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id], until: instant(until) } }]);
  const running = await pair.transfer('t', agreement);
  pair.provider.vanish();
  await clock.advance(2 * hour);
  await pair.provider.restart();
  await pair.settle();
  const { provider, consumer } = await pair.held(running);
  expect([provider.state, consumer.state]).toEqual(['TERMINATED', 'TERMINATED']);
});

/** Permits suppliers, by the word of the authority. */
function suppliersOnly() {
  const constraint = [{ leftOperand: role, operator: 'eq', rightOperand: 'supplier' }];
  return [{ policy: { '@type': 'Offer', assignee: pair.consumer.id, permission: [{ action: 'use', constraint }] } }];
}

test.each<[string, () => Promise<void>]>([
  [
    'is replaced by another',
    async () => {
      attested = 'customer';
      pair.provider.events.factsChanged(pair.consumer.id);
    },
  ],
  [
    'is taken away',
    async () => {
      attested = undefined;
      pair.provider.events.factsChanged(pair.consumer.id);
    },
  ],
  ['lapses with its token', () => clock.advance(hour)],
])('an attribute that %s ends what needs it', async (_what, change) => {
  lapses = clock.now() + hour;
  const running = await pair.transfer('t', await pair.agree('d', suppliersOnly()));
  expect((await pair.held(running)).provider.state).toBe('STARTED');
  await change();
  await pair.provider.plane.usage.idle();
  expect(pair.provider.dataPlane.stopped).toMatchObject([{ pid: running.theirs, to: 'TERMINATED' }]);
  await pair.settle();
  const { provider, consumer } = await pair.held(running);
  for (const { state, reason } of [provider, consumer]) {
    expect([state, reason?.code, reason?.en]).toEqual(['TERMINATED', 'POLICY_DENIED', expect.stringContaining('role')]);
  }
  const { statement } = parseStatement(provider.stop?.statement ?? '');
  const kept = (await pair.provider.records.decisions.get('decision' in statement ? (statement.decision ?? '') : ''))
    ?.value;
  expect(JSON.parse(kept?.record ?? '{}')).toMatchObject({ verdict: { permit: false } });
});

test('is decided again when what is attested changes, and when it lapses', async () => {
  lapses = clock.now() + 10 * hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id] } }]);
  await pair.transfer('t', agreement);
  const { usage } = pair.provider.plane;
  const looks = async (what: () => void | Promise<void>): Promise<number[]> => {
    asked = [];
    await what();
    await usage.idle();
    return asked;
  };
  expect(await looks(() => pair.provider.events.factsChanged('urn:causeway:somebody-else'))).toEqual([]);
  expect(await looks(() => pair.provider.events.factsChanged(pair.consumer.id))).toEqual([clock.now()]);
  const due = lapses;
  expect(await looks(() => clock.advance(due - 1 - clock.now()))).toEqual([]);
  expect(await looks(() => clock.advance(1))).toEqual([due]);
});

test('a clock that is set forward is noticed within half a minute', async () => {
  const until = clock.now() + hour;
  const agreement = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id], until: instant(until) } }]);
  const running = await pair.transfer('t', agreement);
  clock.ahead = hour;
  await clock.advance(30_000);
  await pair.provider.plane.usage.idle();
  expect((await pair.held(running)).provider.intent?.state).toBe('TERMINATED');
});
