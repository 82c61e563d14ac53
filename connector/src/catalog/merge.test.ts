import { key } from '@causeway/platform';
import { temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergedScan } from './merge.js';

test('property: what stands under any of the prefixes comes once, in order, and little more is read', async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  let run = 0;
  const places = fc.array(fc.array(fc.nat(7), { maxLength: 4 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 12 }), fc.nat(60), async (under, limit, from) => {
      run++;
      // An id of any characters: the order is that of bytes.
      const id = (at: number) => key(`${String.fromCodePoint(0x61 + (at % 3) * 0xffff)}${at}`);
      const suffix = (at: number) => Buffer.from(id(at)).toString('hex');
      const writes = under.flatMap((prefixes, at) =>
        [...new Set(prefixes)].map((prefix) => ({
          put: Buffer.concat([key('run', run, prefix), id(at)]),
          value: new Uint8Array(),
        })),
      );
      if (writes.length > 0) await store.commit({ writes });
      // Of eight prefixes the even ones are asked for.
      const seen = under.flatMap((prefixes, at) => (prefixes.some((prefix) => prefix % 2 === 0) ? [suffix(at)] : []));
      const after = id(from);
      const expected = seen.filter((one) => one > Buffer.from(after).toString('hex')).sort();
      let read = 0;
      const counting: Pick<typeof store, 'scan'> = {
        scan: async (range) => {
          const entries = await store.scan(range);
          read += entries.length;
          return entries;
        },
      };
      const prefixes = [0, 2, 4, 6].map((prefix) => key('run', run, prefix));
      const found = await mergedScan(counting, prefixes, after, limit);
      expect(found.map((one) => Buffer.from(one).toString('hex'))).toEqual(expected.slice(0, limit));
      expect(read).toBeLessThanOrEqual(8 * (limit + 2));
    }),
    { numRuns: 150 },
  );
});
