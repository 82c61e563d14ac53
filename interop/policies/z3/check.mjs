import { spawn, spawnSync } from 'node:child_process';
import { Facts, permits } from './encode.mjs';

/** The version of z3, or why it cannot be asked. */
export function z3Version() {
  const { error, stdout } = spawnSync('z3', ['--version'], { encoding: 'utf8' });
  if (!error) return { version: stdout.trim() };
  return {
    missing:
      'z3 is not installed. On Debian and Ubuntu: apt-get install z3. Elsewhere: https://github.com/Z3Prover/z3/releases',
  };
}

const batch = 200;

/** Puts the verdicts on random pairs to z3, a few hundred to a process. */
export async function checkByZ3(verdictsOf, seed, pairs) {
  const count = {
    within: 0,
    exceeds: 0,
    unknown: 0,
    Conflict: 0,
    Compatible: 0,
    Unknown: 0,
    skipped: 0,
    unanswered: 0,
  };
  /** Where we do not know, what z3 knows. */
  const open = {
    'unknown, and within': 0,
    'unknown, and exceeds': 0,
    'Unknown, and apart': 0,
    'Unknown, and meeting': 0,
  };
  const wrong = [];
  for (let at = 0; at < pairs && wrong.length < 10; at += batch) {
    const problems = [];
    for (let each = at; each < Math.min(at + batch, pairs); each++) {
      const found = verdictsOf(seed + each);
      const facts = new Facts();
      const [granted, asked] = [permits(found.offer, facts), permits(found.request, facts)];
      if (granted === undefined || asked === undefined) count.skipped += 1;
      else problems.push({ ...found, seed: seed + each, granted, asked, facts });
    }
    const answers = await solve(problems);
    for (const [index, problem] of problems.entries()) {
      judge(problem, answers[2 * index], answers[2 * index + 1], { count, open, wrong });
    }
  }
  return { count, open, wrong };
}

/**
 * Two answers for each problem: whether the request exceeds, and whether the two meet. Where z3 runs out of memory, half of the problems
 * at a time, down to the one that is too hard.
 */
async function solve(problems) {
  if (problems.length === 0) return [];
  const answers = await ask(problems);
  if (answers) return answers;
  if (problems.length === 1) return ['unknown', 'unknown'];
  const half = problems.length >> 1;
  return [...(await solve(problems.slice(0, half))), ...(await solve(problems.slice(half)))];
}

async function ask(problems) {
  const text = problems.map(({ facts, granted, asked }) =>
    [
      '(push 1)',
      ...facts.lines,
      ...facts.define('granted', granted),
      ...facts.define('asked', asked),
      '(push 1)',
      '(assert (and asked (not granted)))',
      '(check-sat)',
      '(pop 1)',
      '(assert (and asked granted))',
      '(check-sat)',
      '(pop 1)',
    ].join('\n'),
  );
  // A problem that is too hard ends as `unknown`, and not as a machine without memory.
  const child = spawn('z3', ['-in', '-smt2', '-t:10000', '-memory:1000'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const end = () => child.kill();
  process.once('exit', end);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    output += part;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  // It may end before it has read everything.
  child.stdin.on('error', () => child.kill());
  child.stdin.end(`${text.join('\n')}\n(exit)\n`);
  await ended;
  process.off('exit', end);
  const answers = output.trim().split('\n');
  if (answers.some((answer) => answer.startsWith('(error') && !answer.includes('memory'))) throw new Error(output);
  return answers.length === 2 * problems.length && answers.every((each) => known.has(each)) ? answers : undefined;
}

const known = new Set(['sat', 'unsat', 'unknown']);

function judge(problem, exceeding, meeting, { count, open, wrong }) {
  const { seed, offer, request, within, both, textual, zoneless } = problem;
  const fail = (what) => wrong.push(`seed ${seed}: ${what}: ${JSON.stringify({ offer, request })}`);
  for (const answer of [exceeding, meeting]) if (answer === 'unknown') count.unanswered += 1;
  count[within] += 1;
  if (within === 'within' && exceeding === 'sat') fail('within, and z3 knows a use that exceeds');
  // A prohibition that is not repeated exceeds by the text alone.
  if (within === 'exceeds' && exceeding === 'unsat' && !textual) fail('exceeds, and z3 knows no use that does');
  if (within === 'unknown' && exceeding !== 'unknown')
    open[`unknown, and ${exceeding === 'sat' ? 'exceeds' : 'within'}`] += 1;
  // Two policies without zones are compared on one clock; the encoding knows spans only.
  if (zoneless) return;
  count[both] += 1;
  if (both === 'Conflict' && meeting === 'sat') fail('Conflict, and z3 knows a use that both permit');
  if (both === 'Compatible' && meeting === 'unsat') fail('Compatible, and z3 knows no use that both permit');
  if (both === 'Unknown' && meeting !== 'unknown') open[`Unknown, and ${meeting === 'sat' ? 'meeting' : 'apart'}`] += 1;
}
