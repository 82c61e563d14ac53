import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureDir } from '@causeway/platform';
import { missingTools } from '../java.js';
import { type Case, negotiationCases, transferCases } from './cases.js';
import { tables } from './internals.js';
import { resolveKit } from './kit.js';
import { runCases } from './run.js';

/** As many of the cases that go through a transition as are run without it, the shortest first. */
const casesEach = 2;
const folder = fileURLToPath(new URL('../../tck/report/mutations/', import.meta.url));
const say = (words: string): boolean => process.stdout.write(`${words}\n`);

/** One transition of a table of the product, and the cases of the kit that go through it. */
interface Transition {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Takes it out of the table; the answer puts it back. */
  remove(): () => void;
}

async function transitions(): Promise<Transition[]> {
  const { negotiationMoves, transferMoves } = await tables();
  return [
    ...transitionsOf('negotiation', negotiationMoves, negotiationCases),
    ...transitionsOf('transfer', transferMoves, transferCases),
  ];
}

function transitionsOf<State extends string>(
  kind: string,
  moves: Readonly<Record<string, Readonly<Record<State, readonly State[]>>>>,
  cases: readonly Case[],
): Transition[] {
  return Object.entries(moves).flatMap(([role, table]) => {
    // The product only reads its tables; here they are written.
    const rows: Record<string, readonly string[]> = table;
    return Object.entries(rows).flatMap(([from, to]) =>
      to.map((state) => ({
        name: `${kind}: ${role} ${from} ${state}`,
        cases: cases
          .filter((one) => one.moves.includes(`${role} ${from} ${state}`))
          .toSorted((a, b) => a.moves.length - b.moves.length),
        remove() {
          rows[from] = to.filter((other) => other !== state);
          return () => {
            rows[from] = to;
          };
        },
      })),
    );
  });
}

/** Without a transition that cases go through, they fail; without one that none goes through, all pass. */
async function judge(classpath: string, transition: Transition): Promise<{ good: boolean; words: string }> {
  const chosen = transition.cases.slice(0, casesEach).map(({ id }) => id);
  const pattern = chosen.length === 0 ? '' : `(${chosen.join('|')}):`;
  let restore = (): void => {};
  try {
    const { passed, failed, outcomes } = await runCases({
      ...{ classpath, folder: join(folder, 'run'), pattern, waitSeconds: 5, timeoutMs: 300_000 },
      prepared() {
        restore = transition.remove();
      },
    });
    const broken = outcomes.filter((one) => !one.passed).map(({ id }) => id);
    if (chosen.length === 0)
      return { good: failed === 0, words: `no case goes through it; ${passed} passed, ${failed} failed` };
    return { good: failed > 0, words: `${failed} of ${chosen.join(' and ')} failed: ${broken.join(', ')}` };
  } finally {
    restore();
  }
}

/** `npm run interop:dsp:mutations [-- --only TEXT]`: whether the kit notices when a transition is missing. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const missing = await missingTools();
  if (missing !== undefined) {
    say(`The mutations were not run. They need: ${missing}.`);
    return false;
  }
  await ensureDir(folder);
  const classpath = await resolveKit(folder);
  const file = join(folder, 'mutations.md');
  const wanted = (await transitions()).filter(({ name }) => name.includes(values.only ?? ''));
  let unnoticed = 0;
  await appendFile(file, `\n${new Date().toISOString()}\n\n`);
  for (const transition of wanted) {
    const { good, words } = await judge(classpath, transition);
    if (!good) unnoticed += 1;
    const line = `${good ? 'ok' : 'NOT OK'}: ${transition.name}: ${words}`;
    await appendFile(file, `- ${line}\n`);
    say(line);
  }
  const covered = wanted.filter(({ cases }) => cases.length > 0).length;
  say(`${wanted.length} transitions, ${covered} of them in cases of the kit; ${unnoticed} not as expected; ${file}`);
  return wanted.length > 0 && unnoticed === 0;
}

process.exitCode = (await main()) ? 0 : 1;
