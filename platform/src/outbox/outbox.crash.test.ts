import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key, keyParts } from '../store/keys.js';
import type { LevelStore } from '../store/level-store.js';
import { ManualClock } from '../testing/manual-clock.js';
import { seededRandom } from '../testing/seeded-random.js';
import { temporaryStore } from '../testing/temporary-store.js';
import { Outbox } from './outbox.js';
import type { Work } from './types.js';

type Moment = 'before perform' | 'after perform' | 'in settle' | 'at commit';

interface Crash {
  readonly moment: Moment;
  /** How many works reach that moment before the store is torn away. */
  readonly after: number;
}

const plan = fc.record({
  lanes: fc.integer({ min: 1, max: 6 }),
  perLane: fc.integer({ min: 1, max: 6 }),
  peers: fc.integer({ min: 1, max: 3 }),
  failing: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
  crashes: fc.array(
    fc.record({
      moment: fc.constantFrom<Moment>('before perform', 'after perform', 'in settle', 'at commit'),
      after: fc.nat({ max: 8 }),
    }),
    { maxLength: 5 },
  ),
});

test('property: however often the store is torn away, each work is performed at least once, in order, and settled exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ lanes, perLane, peers, failing, crashes }) => {
      await using temporary = await temporaryStore();
      const clock = new ManualClock();
      const performed: string[] = [];
      let attempts = 0;
      let nonce = 0;

      async function live(
        store: LevelStore,
        crash: Crash | undefined,
        prepare?: (outbox: Outbox<string, string>) => Promise<void>,
      ) {
        let left = crash?.after ?? 0;
        const reach = async (moment: Moment) => {
          if (crash?.moment === moment && left-- === 0) await store.close();
        };
        const outbox = new Outbox<string, string>({
          store,
          name: 'crash',
          clock,
          random: seededRandom(attempts),
          lanes: 4,
          perform: async (work) => {
            await reach('before perform');
            if (failing[attempts++ % failing.length] && attempts % 7 !== 0) return { retry: 'flaky' };
            performed.push(nameOf(work));
            await reach('after perform');
            return { done: work.payload };
          },
          settle: async (work) => {
            await reach('in settle');
            // A second settlement of the same work would leave a second entry.
            const writes = [{ put: key('settled', work.lane, work.sequence, nonce++), value: new Uint8Array() }];
            if (crash?.moment === 'at commit' && left-- === 0) queueMicrotask(() => void store.close());
            return { writes };
          },
        });
        await prepare?.(outbox);
        await outbox.start();
        do {
          await outbox.idle();
          await clock.advance(30_000);
          await outbox.idle();
        } while (outbox.depth() > 0 && (await isOpen(store)));
        await outbox.stop();
      }

      await live(temporary.store, crashes[0], async (outbox) => {
        for (let lane = 0; lane < lanes; lane++) {
          const writes = Array.from({ length: perLane }, (_, sequence) =>
            outbox.write({ lane: `l${lane}`, sequence, peer: `p${lane % peers}`, payload: 'x', created: clock.now() }),
          );
          await temporary.store.commit({ writes });
        }
      });
      for (const crash of [...crashes.slice(1), undefined]) await live(await temporary.reopen(), crash);

      const store = await temporary.reopen();
      const settled = (await store.scan({ prefix: key('settled'), limit: 1_000 })).map(({ key: each }) => {
        const [, lane, sequence] = keyParts(each);
        return `${lane}/${sequence}`;
      });
      const all = Array.from({ length: lanes * perLane }, (_, n) => `l${Math.floor(n / perLane)}/${n % perLane}`);
      expect(settled).toEqual(all);
      expect([...new Set(performed)].sort()).toEqual([...all].sort());
      for (let lane = 0; lane < lanes; lane++) {
        const order = performed.filter((each) => each.startsWith(`l${lane}/`));
        expect(order).toEqual([...order].sort());
      }
      expect(await store.scan({ prefix: key('outbox/crash'), limit: 1 })).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

function nameOf(work: Work<string>): string {
  return `${work.lane}/${work.sequence}`;
}

async function isOpen(store: LevelStore): Promise<boolean> {
  return store.get(key('anything')).then(
    () => true,
    () => false,
  );
}
