// `npm run interop:crash [-- --runs N] [-- --seed TEXT]`: real processes killed with SIGKILL, N runs of the main job, every point of it
// and amid the bytes; prints where each kill landed. The suite makes 40 of them.
import { parseArgs } from 'node:util';
import { runTests } from '../../scripts/vitest.mjs';

const options = { runs: { type: 'string', default: '60' }, seed: { type: 'string' } };
const { runs, seed } = parseArgs({ options }).values;
process.exit(
  runTests(['--project', 'dataspace', 'dataspace/test/crash.test.ts'], {
    CAUSEWAY_CRASH_RUNS: runs,
    ...(seed && { CAUSEWAY_CRASH_SEED: seed }),
  }),
);
