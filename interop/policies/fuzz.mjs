// `npm run interop:fuzz -- [--pairs 100000] [--seed 20270101] [--points 3000]`: random pairs of policies, compared, and each verdict
// held against every point at which the two could differ. Ends with 1 when one verdict is unsound.
import { parseArgs } from 'node:util';
import { importTesting, print } from './testing.mjs';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '20270101' },
    points: { type: 'string', default: '3000' },
  },
});
const { fuzz } = await importTesting('fuzz');
const started = performance.now();
const report = fuzz(Number(values.seed), Number(values.pairs), Number(values.points));
const seconds = (performance.now() - started) / 1_000;
const share = (part) => `${((100 * part) / report.pairs).toFixed(2)} %`;

print(`seed ${report.seed}, ${report.pairs} pairs, ${report.points} points, ${seconds.toFixed(0)} s`);
print(
  `request against offer: ${report.within} within, ${report.exceeds} exceeds (${report.witnesses} shown by a use),` +
    ` ${report.unknown} unknown (${share(report.unknown)})`,
);
print(
  `policy against policy: ${report.conflict} Conflict, ${report.compatible} Compatible,` +
    ` ${report.undetermined} Unknown (${share(report.undetermined)})`,
);
print(`${report.counters} counter-offers`);
print(`why unknown: ${JSON.stringify(report.reasons)}`);
for (const line of report.unsound) print(line);
print(`unsound: ${report.unsound.length}`);
process.exitCode = report.unsound.length > 0 ? 1 : 0;
