// `npm run interop:z3 -- [--pairs 20000] [--seed 20270101]`: random pairs of policies, compared, and each verdict put to z3 as an SMT
// problem. Ends with 1 when z3 finds one verdict wrong.
import { parseArgs } from 'node:util';
import { importTesting, print } from '../testing.mjs';
import { checkByZ3, z3Version } from './check.mjs';

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '20270101' } },
});
const { version, missing } = z3Version();
if (missing) {
  print(missing);
  process.exit(1);
}
const { verdictsOf } = await importTesting('fuzz');
const started = performance.now();
const { count, open, wrong } = await checkByZ3(verdictsOf, Number(values.seed), Number(values.pairs));
print(
  `${version}; seed ${values.seed}, ${values.pairs} pairs, ${((performance.now() - started) / 1_000).toFixed(0)} s`,
);
print(JSON.stringify(count));
print(`where the verdict is open, z3 says: ${JSON.stringify(open)}`);
for (const line of wrong) print(line);
print(`wrong: ${wrong.length}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
