// `npm test`: installs what is missing, builds, checks format, lint, types and unused code, then runs every test that
// needs nothing but this repository. The last line is the runner's own count.
import { prepare, run } from './prepare.mjs';
import { runTests } from './vitest.mjs';

prepare();
const checks = [
  ['biome', ['check', '--error-on-warnings', '.']],
  ['tsc', ['-p', 'tsconfig.tests.json']],
  ['knip', ['--no-progress']],
];
let failed = false;
for (const [tool, args] of checks) {
  console.error(`\n> ${tool} ${args.join(' ')}`);
  if (run('npx', ['--no-install', tool, ...args]) !== 0) failed = true;
}
if (failed) process.exit(1);
process.exit(runTests(['--project', 'unit', '--project', 'dataspace', ...process.argv.slice(2)]));
