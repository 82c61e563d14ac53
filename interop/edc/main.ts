import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger, ensureDir } from '@causeway/platform';
import { missingTools, resolveClasspath } from '../java.js';
import { Edc } from './edc.js';
import { edcConsumes } from './edc-consumes.js';
import { OwnSpace } from './own-space.js';
import { writeReport } from './report.js';
import { Steps } from './steps.js';
import { weConsume } from './we-consume.js';

/** Steps of both directions. */
const allSteps = 11;
const pom = fileURLToPath(new URL('../../edc/pom.xml', import.meta.url));
const folder = fileURLToPath(new URL('../../edc/report/', import.meta.url));
const say = (words: string): boolean => process.stdout.write(`${words}\n`);

/** `npm run interop:edc [-- --bytes N]` */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { bytes: { type: 'string', default: '8000000' } } });
  const missing = await missingTools();
  if (missing !== undefined) {
    say(`Eclipse EDC was not run. It needs: ${missing}.`);
    return false;
  }
  await rm(folder, { recursive: true, force: true });
  await ensureDir(folder);
  const edcVersion = /<edc>([^<]+)</.exec(await readFile(pom, 'utf8'))?.[1] ?? '';
  const classpath = await resolveClasspath(pom, folder);
  const log = createLogger({ service: 'interop', destination: createWriteStream(join(folder, 'connector.log')) });
  const steps = new Steps(({ direction, what, passed, detail, ms }) =>
    say(`${passed ? 'passed' : 'FAILED'}: ${direction}: ${what} (${ms} ms): ${detail}`),
  );
  await using own = await OwnSpace.start(join(folder, 'own'), log);
  await using edc = await Edc.start(classpath, folder);
  const bytes = randomBytes(Number(values.bytes));
  const digest = `sha-256:${createHash('sha256').update(bytes).digest('hex')}`;
  const scene = { edc, own, steps, folder, bytes, digest };
  for (const direction of [edcConsumes, weConsume]) {
    // What failed has been told; the other direction is tried all the same.
    await direction(scene).catch((error: unknown) => log.error({ err: error }, 'a step failed'));
  }
  const good = steps.done.length === allSteps && steps.done.every(({ passed }) => passed);
  say(
    `${steps.done.filter(({ passed }) => passed).length} of ${allSteps} passed; ${await writeReport(folder, edcVersion, steps.done)}`,
  );
  return good;
}

process.exitCode = (await main()) ? 0 : 1;
