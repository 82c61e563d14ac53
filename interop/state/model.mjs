// `npm run interop:model [-- --schedules N] [-- --seed N]`: the model check of the suite, whole. Two control planes over real
// stores, N seeded schedules of loss, doubling, delay, reordering, crash and restart; prints how often each state met each fault.
import { parseArgs } from 'node:util';
import { runTests } from '../../scripts/vitest.mjs';

const options = { schedules: { type: 'string', default: '2000' }, seed: { type: 'string' } };
const { schedules, seed } = parseArgs({ options }).values;
process.exit(
  runTests(['--project', 'unit', 'connector/src/schedules.test.ts'], {
    CAUSEWAY_SCHEDULES: schedules,
    ...(seed && { CAUSEWAY_SCHEDULES_SEED: seed }),
  }),
);
