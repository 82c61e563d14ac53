import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureDir } from '@causeway/platform';
import { missingTools } from '../java.js';
import { resolveKit } from './kit.js';
import { writeReport } from './report.js';
import { runCases } from './run.js';

/** All cases of the kit but the two that it skips itself. */
const allCases = 65;
const reports = fileURLToPath(new URL('../../tck/report/', import.meta.url));
const say = (words: string): boolean => process.stdout.write(`${words}\n`);

/** `npm run interop:dsp [-- --runs N] [-- --cases PATTERN]` */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, cases: { type: 'string' } } });
  const missing = await missingTools();
  if (missing !== undefined) {
    say(`The Dataspace Protocol TCK was not run. It needs: ${missing}.`);
    return false;
  }
  await ensureDir(reports);
  const classpath = await resolveKit(reports);
  let good = true;
  for (let run = 1; run <= Number(values.runs ?? 1); run++) {
    const folder = join(reports, `run-${run}`);
    const result = await runCases({
      ...{ classpath, folder, waitSeconds: 15, timeoutMs: 900_000 },
      ...(values.cases === undefined ? {} : { pattern: values.cases }),
      told: ({ id, passed }) => passed || say(`failed: ${id}`),
    });
    const report = await writeReport(folder, result);
    for (const { id, trouble } of result.outcomes.filter(({ passed }) => !passed)) say(`${id}: ${trouble}`);
    say(
      `Run ${run}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped by the kit; ${report}`,
    );
    good &&= result.failed === 0 && (values.cases === undefined ? result.passed === allCases : result.passed > 0);
  }
  return good;
}

process.exitCode = (await main()) ? 0 : 1;
