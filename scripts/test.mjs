// `npm test`: installs what is missing, builds, checks format, lint, types and unused code, then runs every test that
// needs nothing but this repository. The last line is the runner's own count.
import { prepare, tool } from './prepare.mjs';
import { runTests } from './vitest.mjs';

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
process.exit(runTests(['--project', 'unit', '--project', 'dataspace', ...process.argv.slice(2)]));
