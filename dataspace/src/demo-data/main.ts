import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demoTables } from './tables.js';
import { writeTables } from './write.js';

const usage = `usage: npm run demo:data -- --out DIR [--seed N] [--participants N] [--scale N] [--json]
  --out DIR          where the files are written, a folder a firm; files of the same names are replaced
  --seed N           a whole number; the same one gives the same bytes (default: 7)
  --participants N   firms, from 5 to 2000 (default: 45)
  --scale N          from 0.01 to 1000; 1 is 20,000 order lines (default: 1)
  --json             one JSON object instead of a line a file

Example:
  npm run demo:data -- --seed 7 --out demo-data`;

const options = {
  out: { type: 'string' },
  seed: { type: 'string', default: '7' },
  participants: { type: 'string', default: '45' },
  scale: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

process.exitCode = await main();

async function main(): Promise<number> {
  let values: Given;
  let tables: ReturnType<typeof demoTables>;
  try {
    ({ values } = parseArgs({ options }));
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    if (!values.out) throw new TypeError('expected --out DIR: where the files are written');
    tables = demoTables(numbersOf(values));
  } catch (error) {
    process.stderr.write(`USAGE: ${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  return write(tables, resolve(values.out), values.json);
}

/** What is no number is NaN, which is refused by its name. */
function numbersOf({ seed, participants, scale }: Given): { seed: number; participants: number; scale: number } {
  return { seed: Number(seed), participants: Number(participants), scale: Number(scale) };
}

async function write(tables: ReturnType<typeof demoTables>, folder: string, json: boolean): Promise<number> {
  try {
    const written = await writeTables(tables, folder);
    const files = written.map(({ table: { name, owner, encoding, format }, path, bytes }) => {
      return { name, owner, path, bytes, encoding, format };
    });
    if (json) process.stdout.write(`${JSON.stringify({ folder, files })}\n`);
    else for (const { path, bytes } of files) process.stdout.write(`${String(bytes).padStart(10)} bytes  ${path}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`UNWRITABLE: ${folder} cannot be written: ${(error as Error).message}\n`);
    return 1;
  }
}
