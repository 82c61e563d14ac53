import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Commit, type CommitResult, type Store, storeLimits } from '../store/store.js';

/** Two clients of one store. `reopen` ends both, opens the same data again and replaces this fixture. */
export interface StoreFixture {
  readonly a: Store;
  readonly b: Store;
  reopen(): Promise<StoreFixture>;
  close(): Promise<void>;
}

/** What every engine of the store port must do, with two concurrent clients. Each engine's own test file runs it. */
export function storeSuite(name: string, open: () => Promise<StoreFixture>): void {
  describe(`store port: ${name}`, () => {
    let fixture: StoreFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.close());
    const reopen = async () => {
      fixture = await fixture.reopen();
    };

    describe('keys and scans', () => {
      test('keys are bytes in unsigned order', async () => {
        const keys = [[1], [1, 0], [1, 0xff], [2], [0x7f], [0x80], [0xc3, 0x28], [0xff], [0xff, 0], [0xff, 0xff]];
        const shuffled = keys.toReversed();
        await fixture.a.commit({ writes: shuffled.map((key) => put(key, 'x')) });
        const entries = await fixture.b.scan({ limit: 100 });
        expect(entries.map((entry) => [...entry.key])).toEqual(keys);
      });

      test('scans run both ways from a cursor, with a limit', async () => {
        await fixture.a.commit({ writes: [1, 2, 3, 4, 5].map((n) => put([7, n], `${n}`)) });
        await fixture.a.commit({ writes: [put([6, 9], 'before'), put([8], 'after')] });
        const prefix = bytes([7]);
        const scan = async (range: object) =>
          (await fixture.b.scan({ prefix, limit: 2, ...range })).map((entry) => text(entry.value)).join('');
        expect(await scan({})).toBe('12');
        expect(await scan({ after: bytes([7, 2]) })).toBe('34');
        expect(await scan({ after: bytes([7, 4]) })).toBe('5');
        expect(await scan({ after: bytes([7, 5]) })).toBe('');
        expect(await scan({ reverse: true })).toBe('54');
        expect(await scan({ reverse: true, before: bytes([7, 4]) })).toBe('32');
        expect(await scan({ reverse: true, before: bytes([7, 1]) })).toBe('');
        expect(await scan({ after: bytes([7, 1]), before: bytes([7, 3]), limit: 9 })).toBe('2');
        expect(await scan({ after: bytes([6]), before: bytes([9]), limit: 9 })).toBe('12345');
        expect(await scan({ after: bytes([8]) })).toBe('');
      });

      test('a prefix of the last byte has no end', async () => {
        await fixture.a.commit({ writes: [put([0xff, 1], 'a'), put([0xff, 0xff, 1], 'b')] });
        const entries = await fixture.b.scan({ prefix: bytes([0xff]), limit: 9 });
        expect(entries.map((entry) => text(entry.value))).toEqual(['a', 'b']);
      });

      test('a scan is one snapshot while the other client writes', async () => {
        const all = Array.from({ length: 200 }, (_, n) => [5, n]);
        await fixture.a.commit({ writes: all.map((key) => put(key, '0')) });
        const writing = (async () => {
          for (let round = 1; round <= 20; round++) {
            await fixture.a.commit({ writes: all.map((key) => put(key, `${round}`)) });
          }
        })();
        for (let look = 0; look < 40; look++) {
          const entries = await fixture.b.scan({ prefix: bytes([5]), limit: 500 });
          expect(entries).toHaveLength(200);
          expect(new Set(entries.map((entry) => text(entry.value))).size).toBe(1);
        }
        await writing;
      });

      test('an entry carries the version of the commit that wrote it', async () => {
        const first = await version(fixture.a.commit({ writes: [put([1], 'x'), put([2], 'x')] }));
        const second = await version(fixture.b.commit({ writes: [put([2], 'y')] }));
        expect(second).toBeGreaterThan(first);
        expect((await fixture.b.get(bytes([1])))?.version).toBe(first);
        expect((await fixture.a.get(bytes([2])))?.version).toBe(second);
        expect((await fixture.a.scan({ limit: 9 })).map((entry) => entry.version)).toEqual([first, second]);
      });

      test('an empty value is a value, an absent key is none', async () => {
        await fixture.a.commit({ writes: [put([1], '')] });
        expect((await fixture.b.get(bytes([1])))?.value).toEqual(new Uint8Array());
        expect(await fixture.b.get(bytes([2]))).toBeUndefined();
      });
    });

    describe('commits', () => {
      test('conditions hold or nothing is written, and the conflict names its key', async () => {
        const seen = await version(fixture.a.commit({ writes: [put([1], 'x')] }));
        await fixture.b.commit({ writes: [put([1], 'y')] });
        const refused = await fixture.a.commit({
          conditions: [
            { key: bytes([2]), version: null },
            { key: bytes([1]), version: seen },
          ],
          writes: [put([2], 'z'), put([1], 'z')],
        });
        expect(refused).toEqual({ ok: false, conflict: bytes([1]) });
        expect(await fixture.a.get(bytes([2]))).toBeUndefined();
        expect(text((await fixture.a.get(bytes([1])))?.value)).toBe('y');
      });

      test('absent is a condition', async () => {
        const create = { conditions: [{ key: bytes([1]), version: null }], writes: [put([1], 'x')] };
        expect((await fixture.a.commit(create)).ok).toBe(true);
        expect(await fixture.b.commit(create)).toEqual({ ok: false, conflict: bytes([1]) });
        await fixture.a.commit({ writes: [{ delete: bytes([1]) }] });
        expect((await fixture.b.commit(create)).ok).toBe(true);
      });

      test('of two clients that race for a key exactly one wins, every time', async () => {
        for (let round = 1; round <= 50; round++) {
          const claim = (who: string) => ({
            conditions: [{ key: bytes([1, round]), version: null }],
            writes: [put([1, round], who)],
          });
          const [a, b] = await Promise.all([fixture.a.commit(claim('a')), fixture.b.commit(claim('b'))]);
          expect([a?.ok, b?.ok].filter(Boolean)).toHaveLength(1);
          expect(text((await fixture.a.get(bytes([1, round])))?.value)).toBe(a?.ok ? 'a' : 'b');
        }
      });

      test('concurrent read-modify-write loses no update; a conflict is a value', async () => {
        await fixture.a.commit({ writes: [put([1], '0')] });
        const increment = async (store: Store) => {
          for (;;) {
            const entry = await store.get(bytes([1]));
            if (!entry) throw new Error('the counter is gone');
            const result = await store.commit({
              conditions: [{ key: entry.key, version: entry.version }],
              writes: [put([1], `${Number(text(entry.value)) + 1}`)],
            });
            if (result.ok) return;
          }
        };
        await Promise.all(Array.from({ length: 40 }, (_, n) => increment(n % 2 ? fixture.a : fixture.b)));
        expect(text((await fixture.b.get(bytes([1])))?.value)).toBe('40');
      });

      test('a condition on one key guards a write to another', async () => {
        const seen = await version(fixture.a.commit({ writes: [put([1], 'x')] }));
        await fixture.b.commit({ writes: [{ delete: bytes([1]) }] });
        const guarded = { conditions: [{ key: bytes([1]), version: seen }], writes: [put([2], 'y')] };
        expect((await fixture.a.commit(guarded)).ok).toBe(false);
      });

      test('what a commit wrote is there for the other client when it returns, and after reopening', async () => {
        await fixture.a.commit({ writes: [put([1], 'kept'), put([2], 'gone')] });
        await fixture.b.commit({ writes: [{ delete: bytes([2]) }] });
        expect(text((await fixture.b.get(bytes([1])))?.value)).toBe('kept');
        await reopen();
        expect(text((await fixture.a.get(bytes([1])))?.value)).toBe('kept');
        expect(await fixture.b.get(bytes([2]))).toBeUndefined();
      });

      test('the bytes are those of the moment of the call', async () => {
        const value = bytes([1, 2, 3]);
        const committed = fixture.a.commit({ writes: [{ put: bytes([1]), value }] });
        value.fill(9);
        await committed;
        expect((await fixture.b.get(bytes([1])))?.value).toEqual(bytes([1, 2, 3]));
      });
    });

    describe('versions', () => {
      test('never repeat, not even after a delete and a restart', async () => {
        const seen = new Set<bigint>();
        let last = 0n;
        for (let round = 0; round < 4; round++) {
          for (const store of [fixture.a, fixture.b, fixture.a]) {
            last = await version(store.commit({ writes: [put([1], 'x')] }));
            seen.add(last);
            await store.commit({ writes: [{ delete: bytes([1]) }] });
          }
          await reopen();
          const stale = { conditions: [{ key: bytes([1]), version: last }], writes: [put([2], 'y')] };
          expect((await fixture.a.commit(stale)).ok).toBe(false);
        }
        expect(seen.size).toBe(12);
        expect([...seen]).toEqual([...seen].sort((x, y) => (x < y ? -1 : 1)));
      });
    });

    describe('bounds', () => {
      test('the largest key and value fit, one byte more does not', async () => {
        const key = new Uint8Array(storeLimits.key).fill(1);
        const value = new Uint8Array(storeLimits.value).fill(7);
        await fixture.a.commit({ writes: [{ put: key, value }] });
        expect((await fixture.b.get(key))?.value.length).toBe(storeLimits.value);
        const longKey = new Uint8Array(storeLimits.key + 1).fill(1);
        const longValue = new Uint8Array(storeLimits.value + 1);
        await refuses(fixture.a.commit({ writes: [{ put: longKey, value: new Uint8Array() }] }));
        await refuses(fixture.a.commit({ writes: [{ put: bytes([1]), value: longValue }] }));
        await refuses(fixture.a.get(longKey));
      });

      test('a commit is bounded in writes, conditions and bytes', async () => {
        const many = (count: number) => Array.from({ length: count }, (_, n) => [1, n >> 8, n & 0xff]);
        await fixture.a.commit({ writes: many(storeLimits.writes).map((key) => put(key, 'x')) });
        await refuses(fixture.a.commit({ writes: many(storeLimits.writes + 1).map((key) => put(key, 'x')) }));
        const conditions = many(storeLimits.conditions + 1).map((key) => ({ key: bytes(key), version: null }));
        await refuses(fixture.a.commit({ conditions, writes: [] }));
        const value = new Uint8Array(storeLimits.value);
        await refuses(fixture.a.commit({ writes: many(5).map((key) => ({ put: bytes(key), value })) }));
      });

      test('a scan has a limit, and refuses to be larger than memory', async () => {
        await expect(fixture.a.scan({ limit: 0 })).rejects.toThrow(RangeError);
        await expect(fixture.a.scan({ limit: storeLimits.scan + 1 })).rejects.toThrow(RangeError);
        const value = new Uint8Array(storeLimits.value);
        for (let n = 1; n <= 17; n++) await fixture.a.commit({ writes: [{ put: bytes([n]), value }] });
        expect(await fixture.b.scan({ limit: 15 })).toHaveLength(15);
        await refuses(fixture.b.scan({ limit: 17 }));
      });

      test('keys that nobody may use are a mistake of the caller', async () => {
        for (const key of [[], [0], [0, 1]]) {
          await expect(fixture.a.get(bytes(key))).rejects.toThrow(TypeError);
          await expect(fixture.a.commit({ writes: [put(key, 'x')] })).rejects.toThrow(TypeError);
        }
        await expect(fixture.a.commit({ writes: [put([1], 'x'), { delete: bytes([1]) }] })).rejects.toThrow(TypeError);
      });
    });

    describe('leases', () => {
      test('one client holds a lease, another name is free', async () => {
        const lease = await fixture.a.lease('sequencer');
        expect(lease).toBeDefined();
        expect(await fixture.b.lease('sequencer')).toBeUndefined();
        expect(await fixture.a.lease('sequencer')).toBeUndefined();
        expect(await fixture.b.lease('other')).toBeDefined();
      });

      test('of two that ask at once one gets it', async () => {
        const leases = await Promise.all([fixture.a.lease('x'), fixture.b.lease('x')]);
        expect(leases.filter(Boolean)).toHaveLength(1);
      });

      test('commits made under it condition on its fence until it is released', async () => {
        const lease = await held(fixture.a.lease('x'));
        const fenced = () => ({ conditions: [lease.fence], writes: [put([1], 'x')] });
        expect((await fixture.a.commit(fenced())).ok).toBe(true);
        await lease.release();
        await lease.release();
        expect((await fixture.a.commit(fenced())).ok).toBe(false);
      });

      test('each holder has a greater number, and fences out the one before', async () => {
        const first = await held(fixture.a.lease('x'));
        await first.release();
        const second = await held(fixture.b.lease('x'));
        expect(second.number).toBeGreaterThan(first.number);
        expect((await fixture.a.commit({ conditions: [first.fence], writes: [] })).ok).toBe(false);
        expect((await fixture.b.commit({ conditions: [second.fence], writes: [] })).ok).toBe(true);
        await first.release();
        expect((await fixture.b.commit({ conditions: [second.fence], writes: [] })).ok).toBe(true);
      });

      test('reopening ends a lease and raises the number', async () => {
        const before = await held(fixture.a.lease('x'));
        await reopen();
        const stale = { conditions: [before.fence], writes: [put([1], 'x')] };
        expect((await fixture.a.commit(stale)).ok).toBe(false);
        expect((await held(fixture.a.lease('x'))).number).toBeGreaterThan(before.number);
        expect((await fixture.a.commit(stale)).ok).toBe(false);
      });

      test('a client that closes lets go of its leases', async () => {
        await held(fixture.b.lease('x'));
        await fixture.b.close();
        expect(await fixture.a.lease('x')).toBeDefined();
      });

      test('a lease shows in no scan', async () => {
        await fixture.a.lease('x');
        expect(await fixture.a.scan({ limit: 9 })).toEqual([]);
      });
    });

    describe('watches', () => {
      test('a commit of the other client wakes those who watch its prefix, and only them', async () => {
        const woken: string[] = [];
        const wake = new Promise<void>((resolve) => {
          fixture.b.watch(bytes([7]), () => {
            woken.push('seven');
            resolve();
          });
        });
        fixture.b.watch(bytes([8]), () => woken.push('eight'));
        await fixture.a.commit({ writes: [put([7, 1], 'x')] });
        await wake;
        expect(woken).toEqual(['seven']);
      });

      test('a delete wakes too, a conflict does not', async () => {
        await fixture.a.commit({ writes: [put([7], 'x')] });
        let count = 0;
        let resolve: () => void = () => undefined;
        const wake = new Promise<void>((done) => {
          resolve = done;
        });
        fixture.b.watch(bytes([7]), () => {
          count++;
          resolve();
        });
        await fixture.a.commit({ conditions: [{ key: bytes([7]), version: null }], writes: [put([7], 'y')] });
        expect(count).toBe(0);
        await fixture.a.commit({ writes: [{ delete: bytes([7]) }] });
        await wake;
      });

      test('who has stopped watching sleeps on', async () => {
        const woken: string[] = [];
        const unwatch = fixture.b.watch(bytes([7]), () => woken.push('unwatched'));
        unwatch();
        unwatch();
        const wake = new Promise<void>((resolve) => {
          fixture.b.watch(bytes([7]), () => resolve());
        });
        await fixture.a.commit({ writes: [put([7], 'x')] });
        await wake;
        expect(woken).toEqual([]);
      });
    });

    test('a closed client says so', async () => {
      await fixture.b.close();
      const closed = { code: 'STORE_CLOSED' };
      await expect(fixture.b.get(bytes([1]))).rejects.toMatchObject(closed);
      await expect(fixture.b.scan({ limit: 1 })).rejects.toMatchObject(closed);
      await expect(fixture.b.commit({ writes: [] })).rejects.toMatchObject(closed);
      await expect(fixture.b.lease('x')).rejects.toMatchObject(closed);
      expect(() => fixture.b.watch(bytes([1]), () => undefined)).toThrow(expect.objectContaining(closed));
      await fixture.b.close();
      expect((await fixture.a.commit({ writes: [put([1], 'x')] })).ok).toBe(true);
    });
  });
}

function bytes(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function put(key: readonly number[], value: string): Commit['writes'][number] {
  return { put: bytes(key), value: new TextEncoder().encode(value) };
}

function text(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value);
}

async function version(committed: Promise<CommitResult>): Promise<bigint> {
  const result = await committed;
  if (!result.ok) throw new Error('this commit was expected to go through');
  return result.version;
}

async function held<T>(lease: Promise<T | undefined>): Promise<T> {
  const value = await lease;
  if (value === undefined) throw new Error('this lease was expected to be free');
  return value;
}

async function refuses(attempt: Promise<unknown>): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ code: 'STORE_TOO_LARGE' });
}
