// `npm run interop:edc:negotiation -- [--count 400]`: negotiations between two connectors of ours, as bench/negotiation.mjs measures them,
// and between two EDC, in memory and over plain HTTP as it comes; then tuned to poll every 5 ms. One line of JSON a round, then the ratios.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { causewayPair } from '../../bench/negotiation/causeway-pair.mjs';
import { round } from '../../bench/negotiation/rounds.mjs';
import { EdcPair } from '../dist/edc/negotiation-pair.js';
import { missingTools, resolveClasspath } from '../dist/java.js';

const { values } = parseArgs({ options: { count: { type: 'string', default: '400' } } });
const missing = await missingTools();
if (missing !== undefined) {
  console.log(`Eclipse EDC was not run. It needs: ${missing}.`);
  process.exit(1);
}
const pom = fileURLToPath(new URL('./pom.xml', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'causeway-edc-'));
const classpath = await resolveClasspath(pom, folder);

const own = Number(values.count);
/** Who is measured, and how many negotiations each round has: first one that is not counted, then with 1, 16 and 64 in flight. */
const pairs = [
  { of: 'causeway', start: () => causewayPair(), counts: { warm: own, 1: own, 16: own, 64: own } },
  { of: 'edc', start: () => edc('as-it-comes'), counts: { warm: 64, 1: 20, 16: 60, 64: 128 } },
  { of: 'edc, polling every 5 ms', start: () => edc('tuned', 5), counts: { warm: 100, 1: 100, 16: 200, 64: 200 } },
];
const edc = (name, pollMs) => EdcPair.start(classpath, join(folder, name), pollMs);

try {
  const found = [];
  for (const { of, start, counts } of pairs) {
    const { warm, ...rounds } = counts;
    const pair = await start();
    try {
      await round(pair, { count: warm, inFlight: 16 });
      for (const [inFlight, count] of Object.entries(rounds)) {
        const figures = await round(pair, { count, inFlight: Number(inFlight) });
        found.push({ of, ...figures });
        console.log(JSON.stringify(found.at(-1)));
      }
    } finally {
      await pair.close();
    }
  }
  for (const { of, inFlight, p50Ms, perSecond } of found) {
    const ours = found.find((one) => one.of === 'causeway' && one.inFlight === inFlight);
    if (of === 'causeway') continue;
    const ratio = (value) => Math.round(value * 100) / 100;
    const ratios = { p50: ratio(p50Ms / ours.p50Ms), perSecond: ratio(ours.perSecond / perSecond) };
    console.log(JSON.stringify({ inFlight, causewayAgainst: of, timesFaster: ratios }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
