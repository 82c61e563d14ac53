// `npm test`: installs what is missing, builds, checks format, lint, types and unused code, then runs every test that
// needs nothing but this repository. The last line is the runner's own count.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, tool } from './prepare.mjs';
import { recordings, runTests } from './vitest.mjs';

prepare();
const checks = [
  ['@biomejs/biome/bin/biome', 'biome', ['check', '--error-on-warnings', '.']],
  ['typescript/bin/tsc', 'tsc', ['-p', 'tsconfig.tests.json']],
  ['knip/bin/knip.js', 'knip', ['--no-progress']],
];
let failed = false;
for (const [file, name, args] of checks) {
  console.error(`\n> ${name} ${args.join(' ')}`);
  if (tool(file, args) !== 0) failed = true;
}
if (failed) {
  console.error('\nFix what is above first: no test was run.');
  process.exit(1);
}
const filter = process.argv.slice(2);
let env = {};
if (filter.length === 0) {
  // What the whole suite sends is kept for `npm run test:vectors`; processes that the tests start inherit the recorder.
  rmSync(recordings, { recursive: true, force: true });
  mkdirSync(recordings, { recursive: true });
  writeFileSync(join(recordings, 'whole-suite'), '');
  const recorder = `--import ${new URL('record-dsp.mjs', import.meta.url).href}`;
  env = {
    NODE_OPTIONS: [process.env.NODE_OPTIONS, recorder].filter(Boolean).join(' '),
    CAUSEWAY_RECORD: recordings,
  };
}
process.exit(runTests(['--project', 'unit', '--project', 'dataspace', ...filter], env));
