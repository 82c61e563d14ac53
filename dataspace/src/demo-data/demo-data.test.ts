import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plantedDefects } from './table.js';
import { demoTables } from './tables.js';
import { type Finding, findingsIn, isCreditCode, table, tables } from './testing/checker.js';
import { type Fields, filesUnder, readPublished } from './testing/published.js';
import { writeTables } from './write.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-demo-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const order = (a: Finding, b: Finding) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const day = (date = '') => Date.parse(date) / 86_400_000;

describe.each([
  [7, 0.03],
  [7, 0.15],
  [20_261_120, 0.03],
  [20_261_120, 0.15],
  [4_294_967_295, 0.03],
  [4_294_967_295, 0.15],
])('seed %i at scale %f', (seed, scale) => {
  const all = demoTables({ seed, scale });
  let files: ReadonlyMap<string, readonly Fields[]>;

  beforeAll(async () => {
    const into = join(folder, `${seed}-${scale}`);
    await writeTables(all, into);
    files = await readPublished(into);
  });

  test('a checker of the files finds each planted defect, and nothing else', () => {
    const planted = plantedDefects(all);
    expect(new Set(planted.map(({ kind }) => kind)).size).toBe(7);
    expect(findingsIn(files).sort(order)).toEqual(planted.sort(order));
  });

  test('the bill of materials has no cycle, four to six levels, and parts that both models share', () => {
    const bom = table(files, 'oem/bom.csv');
    const children = new Map<string, string[]>();
    for (const { parent = '', child = '' } of bom) children.set(parent, [...(children.get(parent) ?? []), child]);
    const used = new Set(bom.map(({ child }) => child));
    const tops = [...children.keys()].filter((parent) => !used.has(parent));
    expect(tops).toHaveLength(2);
    const within = tops.map((top) => {
      const levels = new Map<string, number>();
      const descend = (part: string, above: readonly string[]) => {
        expect(above).not.toContain(part);
        levels.set(part, Math.max(levels.get(part) ?? 0, above.length + 1));
        for (const child of children.get(part) ?? []) descend(child, [...above, part]);
      };
      descend(top, []);
      return levels;
    });
    for (const levels of within) {
      const deepest = Math.max(...levels.values());
      expect([deepest >= 4, deepest <= 6]).toEqual([true, true]);
    }
    const [first, second] = within;
    const shared = [...(first?.keys() ?? [])].filter((part) => second?.has(part));
    expect(shared.length).toBeGreaterThan(30);
    const parts = table(files, 'oem/parts.csv').length;
    expect(Math.abs(parts - Math.max(260, 1_200 * scale))).toBeLessThan(5);
    expect(table(files, 'oem/parts.csv').find(({ part_no: no }) => no === 'XG-4021-07')?.name_zh).toMatch(/^动臂/);
  });

  test('shares come to a hundred, some parts have one source only, and some suppliers changed', () => {
    for (const [, sources] of tables(files, 'sourcing')) {
      for (const date of ['2025-05-01', '2026-02-17', '2026-10-31']) {
        const shares = new Map<string, number>();
        for (const { part_no: no = '', share_pct: share, valid_from: from = '', valid_to: to = '' } of sources) {
          if (from <= date && (to === '' || date <= to)) shares.set(no, (shares.get(no) ?? 0) + Number(share));
        }
        expect(new Set(shares.values())).toEqual(new Set([100]));
      }
    }
    const own = table(files, 'oem/sourcing.csv');
    const sole = own.filter(({ share_pct: share, valid_to: to }) => share === '100' && to === '');
    expect(sole.length).toBeGreaterThan(20);
    expect(own.filter(({ valid_to: to }) => to !== '').length).toBeGreaterThan(2);
  });

  test('demand is a few parts for the most part, and rests at Spring Festival', () => {
    const lines = tables(files, 'po_lines').flatMap(([, rows]) => rows);
    expect(Math.abs(lines.length - 20_000 * scale)).toBeLessThan(5);
    const demand = new Map<string, number>();
    const days = new Map<number, number>();
    for (const { part_no: no = '', ordered } of table(files, 'oem/po_lines.csv')) {
      demand.set(no, (demand.get(no) ?? 0) + 1);
      days.set(day(ordered), (days.get(day(ordered)) ?? 0) + 1);
    }
    const bought = new Set(table(files, 'oem/sourcing.csv').map(({ part_no: no }) => no)).size;
    const ranked = [...demand.values()].sort((a, b) => b - a);
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    const share = sum(ranked.slice(0, Math.round(bought / 5))) / sum(ranked);
    expect([share > 0.6, share < 0.97]).toEqual([true, true]);
    const mean = (from: number, length: number) =>
      sum(Array.from({ length }, (_, place) => days.get(from + place) ?? 0)) / length;
    expect(mean(day('2026-02-09'), 23)).toBeLessThan(0.4 * mean(day('2025-11-01'), 90));
  });

  test('stock is told on ninety days, all of them days of orders', () => {
    const ordered = tables(files, 'po_lines').flatMap(([, rows]) => rows.map((row) => day(row.ordered)));
    const [first, last] = [Math.min(...ordered), Math.max(...ordered)];
    expect(Math.round((last - first) / 30.4)).toBe(18);
    const told = tables(files, 'stock').flatMap(([, rows]) => rows.map((row) => day(row.day)));
    expect(new Set(told).size).toBe(90);
    expect([Math.min(...told) >= first, Math.max(...told) <= last]).toEqual([true, true]);
  });

  test('a delivered batch is followed to the furnace it was in, and on to the melt', () => {
    const inputs = new Map<string, string[]>();
    for (const [, rows] of tables(files, 'batches')) {
      for (const { output_batch: out = '', input_batch: input = '' } of rows) {
        inputs.set(out, [...(inputs.get(out) ?? []), input]);
      }
    }
    const furnaces = new Map(
      table(files, 'heat-treatment/process_parameters.csv').map(({ batch = '', furnace }) => [batch, furnace]),
    );
    const delivered = new Set(table(files, 'oem/receipts.csv').map(({ batch_no: batch = '' }) => batch));
    const treated = [...delivered].flatMap((batch) => (inputs.get(batch) ?? []).filter((input) => furnaces.has(input)));
    expect(treated.length).toBeGreaterThan(5);
    const melts = treated.flatMap((batch) => (inputs.get(batch) ?? []).flatMap((blank) => inputs.get(blank) ?? []));
    expect(melts.filter((melt) => /^L\d{8}$/.test(melt)).length).toBe(melts.length);
    expect(melts.length).toBe(treated.length);
  });

  test('a code of each participant, and a firm of each tier', () => {
    const rows = table(files, 'space/participants.csv');
    expect(rows).toHaveLength(45);
    expect(rows.filter(({ credit_code: code = '' }) => isCreditCode(code))).toHaveLength(44);
    expect(new Set(rows.map(({ tier }) => tier))).toEqual(new Set(['0', '1', '2']));
  });
});

test('the same seed gives the same bytes, another one other bytes', async () => {
  const digests = async (seed: number, name: string) => {
    const into = join(folder, name);
    await writeTables(demoTables({ seed, scale: 0.03 }), into);
    return Promise.all(
      (await filesUnder(into)).map(async (file) => {
        const sha256 = createHash('sha256')
          .update(await readFile(join(into, file)))
          .digest('hex');
        return `${file} ${sha256}`;
      }),
    );
  };
  const first = await digests(7, 'once');
  expect(await digests(7, 'again')).toEqual(first);
  const other = await digests(8, 'other');
  expect(other.filter((line) => first.includes(line))).toEqual([]);
});

test('no other file than the tables is written: what is planted stays secret', async () => {
  const written = await writeTables(demoTables({ seed: 7, scale: 0.03 }), join(folder, 'files'));
  expect(await filesUnder(join(folder, 'files'))).toEqual(written.map(({ table: { file } }) => file).sort());
  const bytes = await Promise.all(written.map(({ path }) => readFile(path)));
  expect(written.map((one) => one.bytes)).toEqual(bytes.map(({ length }) => length));
  const marked = written.filter((_, place) => bytes[place]?.subarray(0, 3).toString('hex') === 'efbbbf');
  expect(marked.map(({ table: { file } }) => file)).toEqual(['oem/parts.csv']);
  const old = written.filter((_, place) => {
    const text = bytes[place]?.toString() ?? '';
    return text.includes('\ufffd');
  });
  expect(old.map(({ table: { file } }) => file)).toEqual(['hydraulics/sales_lines.csv']);
  expect(written.filter(({ table: { format } }) => format === 'jsonl')).toHaveLength(1);
});

test('five participants are enough, four are not, nor is a seed that is no whole number', () => {
  const tablesOf = demoTables({ seed: 1, scale: 0.01, participants: 5 });
  expect([...(tablesOf[0]?.rows() ?? [])]).toHaveLength(5);
  expect(plantedDefects(tablesOf).length).toBeGreaterThan(6);
  expect(() => demoTables({ seed: 1, participants: 4 })).toThrow('a whole number from 5 to 2000');
  expect(() => demoTables({ seed: 0.5 })).toThrow('seed: expected a whole number');
  expect(() => demoTables({ seed: 1, scale: Number.NaN })).toThrow('scale: expected a number');
});
