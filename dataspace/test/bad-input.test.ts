import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BadInput, Bench } from './support/bad-input/bench.js';
import { fileRows } from './support/bad-input/files.js';
import { folderRows } from './support/bad-input/folders.js';
import { joiningRows } from './support/bad-input/joining.js';
import { networkRows } from './support/bad-input/network.js';

const rows: readonly BadInput[] = [...fileRows, ...folderRows, ...joiningRows, ...networkRows];
const table: string[] = [];
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(async () => {
  await bench?.[Symbol.asyncDispose]();
  process.stdout.write(`\n| what | exit | what is said |\n|---|---|---|\n${table.join('\n')}\n`);
});

test.for(rows)('$what', async (row, { skip }) => {
  const why = await row.skip?.();
  if (why !== undefined) {
    table.push(`| ${row.what} | | not shown: ${why} |`);
    skip(why);
  }
  const command = await row.run(bench);
  try {
    const before = await bench.tree();
    const { code, stdout, stderr } = await command();
    const said = (stderr || stdout).trim();
    table.push(`| ${row.what} | ${code} | ${said.split('\n').slice(-3).join(' ').slice(0, 300)} |`);
    expect(code, said).toBe(row.code ?? 1);
    expect(said).not.toMatch(/\n\s+at |node:internal|\.js:\d+|undefined|\[object/);
    for (const words of row.says) expect(said).toMatch(words);
    const left = (await bench.tree()).filter(
      (path) => !row.keeps?.test(relative(bench.work, join(bench.space.folder, path))),
    );
    expect(left, 'left behind').toEqual(before);
  } finally {
    await row.undo?.(bench);
  }
});
