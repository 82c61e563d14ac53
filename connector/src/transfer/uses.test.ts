import { digestOf } from '@causeway/evidence';
import type { Store } from '@causeway/platform';
import { temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import { openRecords, type Records } from '../records.js';
import { giveBack, reserve } from './uses.js';

const rule = 'permission/0';
const now = Date.UTC(2026, 0, 1);
let temporary: Awaited<ReturnType<typeof temporaryStore>>;
let run = 0;

beforeAll(async () => {
  temporary = await temporaryStore();
});
afterAll(() => temporary[Symbol.asyncDispose]());

/** The store as one of many sees it: what it reads and commits comes in whatever order the scheduler chooses. */
function interleaved(store: Store, scheduler: fc.Scheduler): Store {
  return {
    get: (key) => scheduler.schedule(store.get(key)),
    commit: (commit) => scheduler.schedule(Promise.resolve()).then(() => store.commit(commit)),
    scan: (range) => store.scan(range),
    lease: (name) => store.lease(name),
    watch: (prefix, wake) => store.watch(prefix, wake),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

type Using = Pick<Transfer, 'agreement' | 'pid' | 'uses'> & { readonly opened: boolean };

/** What one transfer does: it takes a use if there is one, and gives it back if no stream was opened. */
async function useOnce(store: Store, records: Records, transfer: Using, limit: number): Promise<boolean> {
  const { agreement, pid } = transfer;
  for (;;) {
    try {
      const commit = await reserve(records, agreement, pid, [{ rule, limit }], now);
      if ((await store.commit(commit)).ok) break;
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'POLICY_DENIED') return false;
      throw error;
    }
  }
  if (transfer.opened) return true;
  while (!(await store.commit(await giveBack(records, transfer))).ok);
  return true;
}

test('property: whatever the order, no more uses than the limit are held, and each that is held is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      async (scheduler, limit, opens) => {
        const agreement = digestOf(`run ${run++}`);
        const records = openRecords(temporary.store);
        const working = opens.map(async (opened, index) => {
          const store = interleaved(temporary.store, scheduler);
          const transfer = { pid: `urn:uuid:${index}`, agreement, opened, uses: [rule] };
          return useOnce(store, openRecords(store), transfer, limit);
        });
        await scheduler.waitFor(Promise.all(working));
        const taken = await Promise.all(working);
        const held: string[] = [];
        for await (const { value } of records.uses.all([agreement, rule])) held.push(value.transfer);
        const kept = opens.flatMap((opened, index) => (opened && taken[index] ? [`urn:uuid:${index}`] : []));
        expect(held.sort()).toEqual(kept.sort());
        expect(held.length).toBeLessThanOrEqual(limit);
        expect((await records.counts.get(agreement, rule))?.value.used ?? 0).toBe(held.length);
        // Nobody is refused while there is a use left that nobody ever gave back or holds.
        expect(taken.filter((took) => took).length).toBeGreaterThanOrEqual(Math.min(limit, opens.length));
      },
    ),
    { numRuns: 60 },
  );
});
