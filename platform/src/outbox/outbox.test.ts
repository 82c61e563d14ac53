import { describe, expect, test } from 'vitest';
import { createMetrics } from '../metrics.js';
import { Collection } from '../store/collection.js';
import type { Store } from '../store/store.js';
import { ManualClock } from '../testing/manual-clock.js';
import { seededRandom } from '../testing/seeded-random.js';
import { temporaryStore } from '../testing/temporary-store.js';
import { Outbox } from './outbox.js';
import type { Attempt, OutboxOptions, Outcome, Work } from './types.js';

interface Result {
  readonly outcome: Outcome<string>;
}

/** An outbox whose peer is the test: it answers what `answer` says and keeps what it was asked. */
function harness(store: Store, overrides: Partial<OutboxOptions<string, string>> = {}) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const results = new Collection<Result>(store, 'result', 1);
  let answer: (work: Work<string>, signal: AbortSignal) => Promise<Attempt<string>> = async ({ payload }) => ({
    done: payload,
  });
  const outbox = new Outbox<string, string>({
    store,
    name: 'test',
    clock,
    random: seededRandom(1),
    perform: (work, signal) => {
      asked.push(`${work.lane}${work.sequence}`);
      return answer(work, signal);
    },
    settle: async (work, outcome) => ({
      conditions: [results.absent(work.lane, work.sequence)],
      writes: [results.put([work.lane, work.sequence], { outcome })],
    }),
    ...overrides,
  });
  const work = (lane: string, sequence: number, peer = 'p'): Work<string> => ({
    lane,
    sequence,
    peer,
    payload: `${lane}${sequence}`,
    created: clock.now(),
  });
  return {
    clock,
    asked,
    outbox,
    work,
    answerWith: (next: typeof answer) => {
      answer = next;
    },
    save: async (...works: Work<string>[]) => store.commit({ writes: works.map((each) => outbox.write(each)) }),
    resultOf: async (lane: string, sequence: number) => (await results.get(lane, sequence))?.value.outcome,
    count: async () => (await results.page({ limit: 1_000 })).items.length,
  };
}

/** Also remembers for how long it was asked to sleep. */
class RecordingClock extends ManualClock {
  readonly slept: number[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return super.sleep(ms, signal);
  }
}

/** A promise and the function that resolves it. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('outbox', () => {
  test('does what was saved, commits its result with its removal', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store);
    await t.outbox.start();
    await t.save(t.work('a', 1));
    expect(t.outbox.depth()).toBe(1);
    await t.outbox.idle();
    expect(await t.resultOf('a', 1)).toEqual({ done: 'a1' });
    expect(t.outbox.depth()).toBe(0);
    expect(t.outbox.oldestMs()).toBe(0);
    await t.outbox.stop();
    expect((await temporary.store.scan({ limit: 9 })).length).toBe(1);
  });

  test('what was saved and not committed is never done', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store);
    await t.outbox.start();
    t.outbox.write(t.work('a', 1));
    await t.outbox.idle({ withRetries: true });
    expect(t.asked).toEqual([]);
    await t.outbox.stop();
  });

  test('a lane goes in order of its sequence, whatever the order of saving; lanes do not wait for each other', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store);
    const first = gate();
    t.answerWith(async ({ lane, payload }) => {
      if (lane === 'a') await first.passed;
      return { done: payload };
    });
    await t.save(t.work('a', 3), t.work('a', 10), t.work('a', 2), t.work('b', 1));
    await t.outbox.start();
    await t.save(t.work('b', 2));
    first.open();
    await t.outbox.idle();
    expect(t.asked.filter((each) => each.startsWith('a'))).toEqual(['a2', 'a3', 'a10']);
    expect(t.asked.filter((each) => each.startsWith('b'))).toEqual(['b1', 'b2']);
    await t.outbox.stop();
  });

  test('a failed attempt is made again after a growing, jittered wait, and blocks only its lane', async () => {
    await using temporary = await temporaryStore();
    const clock = new RecordingClock();
    const deadlineMs = 30_000;
    const t = harness(temporary.store, { clock, deadlineMs, backoff: { firstMs: 100, mostMs: 400 } });
    let attempts = 0;
    t.answerWith(async ({ lane, payload }) => {
      return lane === 'b' || ++attempts > 20 ? { done: payload } : { retry: 'not yet' };
    });
    await t.outbox.start();
    await t.save(t.work('a', 1), t.work('a', 2), t.work('b', 1));
    await t.outbox.idle();
    expect(await t.resultOf('b', 1)).toEqual({ done: 'b1' });
    expect(await t.resultOf('a', 1)).toBeUndefined();
    while (t.outbox.depth() > 0) {
      await clock.advance(400);
      await t.outbox.idle();
    }
    expect(await t.resultOf('a', 2)).toEqual({ done: 'a2' });
    const waits = clock.slept.filter((ms) => ms !== deadlineMs);
    expect(waits).toHaveLength(20);
    for (const [index, wait] of waits.entries()) expect(wait).toBeLessThanOrEqual(Math.min(400, 100 * 2 ** index));
    expect(Math.max(...waits)).toBeGreaterThan(300);
    expect(Math.min(...waits.slice(2))).toBeLessThan(100);
    await t.outbox.stop();
  });

  test('a throwing attempt is a retry; a refusal is final and told with its data', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store);
    t.answerWith(async ({ sequence }) => {
      if (sequence === 1 && t.asked.length === 1) throw new Error('the line is down');
      return { refused: 'no', data: { sequence } };
    });
    await t.outbox.start();
    await t.save(t.work('a', 1), t.work('a', 2));
    await t.outbox.idle();
    await t.clock.advance(30_000);
    await t.outbox.idle({ withRetries: true });
    expect(t.asked).toEqual(['a1', 'a1', 'a2']);
    expect(await t.resultOf('a', 1)).toEqual({ refused: 'no', data: { sequence: 1 } });
    await t.outbox.stop();
  });

  test('an attempt has a deadline, whether or not it listens', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { deadlineMs: 1_000 });
    const signals: AbortSignal[] = [];
    t.answerWith(async ({ payload }, signal) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => undefined) : { done: payload };
    });
    await t.outbox.start();
    await t.save(t.work('a', 1));
    await t.clock.asleep();
    await t.clock.advance(1_000);
    expect(signals[0]?.aborted).toBe(true);
    await t.clock.advance(30_000);
    await t.outbox.idle({ withRetries: true });
    expect(await t.resultOf('a', 1)).toEqual({ done: 'a1' });
    await t.outbox.stop();
  });

  test('what has been retried for too long is given up, with the last reason', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { giveUpMs: 60_000, backoff: { firstMs: 10_000, mostMs: 10_000 } });
    t.answerWith(async () => ({ retry: 'nobody there' }));
    await t.outbox.start();
    await t.save(t.work('a', 1));
    await t.outbox.idle();
    for (let minute = 0; minute < 12; minute++) {
      await t.clock.advance(10_000);
      await t.outbox.idle();
    }
    expect(await t.resultOf('a', 1)).toEqual({ refused: 'gave up after 60000 ms: nobody there' });
    await t.outbox.stop();
  });

  test('waiting work is bounded per peer, an ending move always has its place', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { perPeer: 3 });
    t.answerWith(async () => ({ retry: 'closed' }));
    await t.outbox.start();
    await t.save(t.work('a', 1), t.work('b', 1), t.work('c', 1));
    const full = expect.objectContaining({ code: 'OUTBOX_FULL', data: { peer: 'p', bound: 3 } });
    expect(() => t.outbox.write(t.work('d', 1))).toThrow(full);
    await t.save(t.work('e', 1, 'q'));
    await temporary.store.commit({ writes: [t.outbox.write(t.work('a', 2), { ending: true })] });
    expect(t.outbox.depth()).toBe(5);
    t.answerWith(async ({ payload }) => ({ done: payload }));
    t.outbox.nudge();
    await t.outbox.idle({ withRetries: true });
    await t.save(t.work('d', 1));
    await t.outbox.idle();
    await t.outbox.stop();
  });

  test('writes that are not committed yet count, and give their place back when they never are', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { perPeer: 2 });
    await t.outbox.start();
    t.outbox.write(t.work('a', 1));
    t.outbox.write(t.work('a', 1));
    t.outbox.write(t.work('a', 2));
    expect(() => t.outbox.write(t.work('a', 3))).toThrow(expect.objectContaining({ code: 'OUTBOX_FULL' }));
    await t.clock.advance(60_000);
    await t.save(t.work('b', 1), t.work('b', 2));
    await t.outbox.idle();
    expect(t.asked.sort()).toEqual(['b1', 'b2']);
    await t.outbox.stop();
  });

  test('a write committed after its place was given up is still found', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store);
    await t.outbox.start();
    const late = t.outbox.write(t.work('a', 1));
    await t.clock.advance(60_000);
    t.outbox.write(t.work('b', 1));
    await temporary.store.commit({ writes: [late] });
    await t.outbox.idle();
    expect(t.asked).toEqual(['a1']);
    await t.outbox.stop();
  });

  test('works on an engine whose watch cannot say what changed', async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const silent: Store = {
      get: (key) => store.get(key),
      scan: (range) => store.scan(range),
      commit: (commit) => store.commit(commit),
      lease: (name) => store.lease(name),
      watch: (prefix, wake) => store.watch(prefix, () => wake()),
      close: () => store.close(),
      [Symbol.asyncDispose]: () => store.close(),
    };
    const t = harness(silent, { perPeer: 2 });
    await t.outbox.start();
    for (let sequence = 1; sequence <= 6; sequence++) {
      await t.save(t.work('a', sequence));
      await t.outbox.idle();
    }
    expect(t.asked).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
    expect(t.outbox.depth()).toBe(0);
    await t.outbox.stop();
  });

  test('a peer that fails is asked by fewer lanes, and all go on when it is back', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { lanes: 8, deadlineMs: 1_000 });
    let down = true;
    let now = 0;
    let most = 0;
    t.answerWith(async ({ peer, payload }, signal) => {
      if (peer !== 'down' || !down) return { done: payload };
      most = Math.max(most, ++now);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      now--;
      return { retry: 'no answer' };
    });
    await t.outbox.start();
    await t.save(...Array.from({ length: 30 }, (_, n) => t.work(`d${n}`, 1, 'down')));
    await t.clock.asleep(4);
    expect(now).toBe(4);
    await t.save(...Array.from({ length: 30 }, (_, n) => t.work(`u${n}`, 1, 'up')));
    for (let n = 0; n < 30; n++) while (!(await t.resultOf(`u${n}`, 1))) await t.clock.advance(0);
    await t.clock.advance(1_000);
    await t.clock.advance(1_000);
    most = 0;
    await t.clock.advance(10_000);
    expect(most).toBeLessThanOrEqual(1);
    down = false;
    t.outbox.nudge('down');
    while (t.outbox.depth() > 0) await t.clock.advance(1_000);
    await t.outbox.idle({ withRetries: true });
    expect(await t.count()).toBe(60);
    await t.outbox.stop();
  });

  test('an absent peer that is heard of is asked at once, and not again before it has failed some more', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, { backoff: { firstMs: 60_000, mostMs: 60_000 } });
    t.answerWith(async () => ({ retry: 'no answer' }));
    await t.outbox.start();
    const lanes = ['a', 'b', 'c', 'd'];
    await t.save(...lanes.slice(0, 2).map((lane) => t.work(lane, 1)));
    await t.outbox.idle();
    t.outbox.heard('p');
    await t.outbox.idle();
    expect(t.asked, 'two failures may be those of two lanes').toHaveLength(2);
    await t.save(...lanes.slice(2).map((lane) => t.work(lane, 1)));
    await t.outbox.idle();
    expect(t.asked).toHaveLength(4);
    t.outbox.heard('somebody else');
    t.outbox.heard('p');
    t.outbox.heard('p');
    await t.clock.advance(0);
    await t.outbox.idle();
    expect(t.asked.slice(4).sort()).toEqual(['a1', 'b1', 'c1', 'd1']);
    t.answerWith(async ({ payload }) => ({ done: payload }));
    t.outbox.heard('p');
    await t.clock.advance(0);
    await t.outbox.idle({ withRetries: true });
    expect(await t.count()).toBe(4);
    await t.outbox.stop();
  });

  test('stopping breaks off attempts; a new outbox on the store begins with them', async () => {
    await using temporary = await temporaryStore();
    const first = harness(temporary.store);
    const begun = gate();
    first.answerWith(async (_work, signal) => {
      begun.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { done: 'too late' };
    });
    await first.outbox.start();
    await first.save(first.work('a', 1));
    await begun.passed;
    const second = harness(temporary.store);
    await expect(second.outbox.start()).rejects.toMatchObject({ code: 'OUTBOX_BUSY' });
    await first.outbox.stop();
    await first.outbox.idle();
    await second.outbox.start();
    await second.outbox.idle();
    expect(await second.resultOf('a', 1)).toEqual({ done: 'a1' });
    await second.outbox.stop();
  });

  test('settling is asked again on a conflict, and does not perform again when it fails', async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const counters = new Collection<{ value: number }>(store, 'counter', 1);
    await store.commit({ writes: [counters.put([], { value: 0 })] });
    let settles = 0;
    const t = harness(store, {
      settle: async () => {
        settles++;
        if (settles === 1) throw new Error('a mistake');
        const counter = await counters.get();
        if (!counter) throw new Error('the counter is gone');
        const next = { value: counter.value.value + 1 };
        if (settles < 5) await store.commit({ writes: [counters.put([], next)] });
        return { conditions: [counters.unchanged(counter)], writes: [counters.put([], next)] };
      },
    });
    await t.outbox.start();
    await t.save(t.work('a', 1));
    await t.outbox.idle();
    await t.clock.advance(30_000);
    await t.outbox.idle({ withRetries: true });
    expect(t.asked).toEqual(['a1']);
    expect((await counters.get())?.value.value).toBe(4);
    await t.outbox.stop();
  });

  test('what settling saves is done next', async () => {
    await using temporary = await temporaryStore();
    const t = harness(temporary.store, {
      settle: async ({ lane, sequence }) => ({
        writes: sequence < 5 ? [t.outbox.write(t.work(lane, sequence + 1))] : [],
      }),
    });
    await t.outbox.start();
    await t.save(t.work('a', 1));
    await t.outbox.idle();
    expect(t.asked).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    await t.outbox.stop();
  });

  test('tells of an outcome once it is durable; a listener that throws undoes nothing', async () => {
    await using temporary = await temporaryStore();
    const told: string[] = [];
    const t = harness(temporary.store, {
      settle: async ({ lane, sequence }, outcome) => ({
        writes: [],
        react: () => {
          told.push(`${lane}${sequence} ${JSON.stringify(outcome)} ${t.asked.length}`);
          if (sequence === 1) throw new Error('a mistake');
        },
      }),
    });
    await t.outbox.start();
    await t.save(t.work('a', 1), t.work('a', 2));
    await t.outbox.idle();
    await t.clock.advance(30_000);
    await t.outbox.idle({ withRetries: true });
    expect(told).toEqual(['a1 {"done":"a1"} 1', 'a2 {"done":"a2"} 2']);
    await t.outbox.stop();
  });

  test('depth, age and attempts are metrics', async () => {
    await using temporary = await temporaryStore();
    const metrics = createMetrics('test-service');
    const t = harness(temporary.store, { metrics });
    t.answerWith(async ({ lane, payload }) => (lane === 'a' ? { retry: 'later' } : { done: payload }));
    await t.outbox.start();
    await t.save(t.work('a', 1), t.work('b', 1));
    await t.outbox.idle();
    await t.clock.advance(5_000);
    await t.outbox.idle();
    const text = await metrics.registry.metrics();
    expect(text).toContain('causeway_outbox_depth{outbox="test",service="test-service"} 1');
    expect(text).toContain('causeway_outbox_oldest_seconds{outbox="test",service="test-service"} 5');
    expect(text).toContain('causeway_outbox_attempts_total{outbox="test",result="done",service="test-service"} 1');
    await t.outbox.stop();
  });
});
