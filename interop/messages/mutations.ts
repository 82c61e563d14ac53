import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built } from './load.js';
import { sendRounds } from './rounds.js';

const say = (words: string): boolean => process.stdout.write(`${words}\n`);

/** What is taken out of a copy of the built connector: a file, what stands in it, and what stands there instead. */
const breakages: readonly (readonly [name: string, file: string, from: string, to: string])[] = [
  ['who the process belongs to is not asked', 'process/processes.js', 'value.peer !== caller.id ||', ''],
  ['the role of the process is not asked', 'process/processes.js', 'value.role !== at.role', 'false'],
  ['who asks for a process may be anybody', 'negotiation/negotiations.js', 'found.value.peer !== caller.id', 'false'],
  ['any move is legal', 'process/moves.js', "? 'same' : 'invalid'", "? 'same' : 'move'"],
  ['what has ended can be moved', 'negotiation/states.js', 'FINALIZED: []', "FINALIZED: ['TERMINATED']"],
  ['pids in the body are not compared', 'negotiation/negotiations.js', 'if (!ours || !known)', 'if (false)'],
  ['anybody may resume', 'transfer/receive.js', '!mayResume(record, peer)', 'false'],
  [
    'one type has no schema',
    'dsp/validate.js',
    'if (validate?.(body))',
    "if (type === 'TransferCompletionMessage' || validate?.(body))",
  ],
  ['the context is not demanded', 'dsp/schemas.js', 'contains: { const: dspContext },', ''],
  ['a type stands for another', 'dsp/schemas.js', "'@type': { const: type },", ''],
  ['the operators are not demanded', 'dsp/schemas.js', 'operator: { enum: operators },', ''],
  [
    'first and later requests are one',
    'dsp/schemas.js',
    "{ oneOf: [{ required: ['callbackAddress'] }, { required: ['providerPid'] }] }",
    '{}',
  ],
  ['depth and halves of characters are let in', 'dsp/validate.js', 'demandReadable(body);', ''],
  ['ids may be as long as they like', 'dsp/schemas.js', 'longestId = 500', 'longestId = 5_000'],
  ['unknown paths are left to the framework', 'dsp/router.js', 'nowhere, dspErrors', 'dspErrors'],
  ['an error has no reason', 'dsp/messages.js', '...reasonMembers(why),', 'code: why.code,'],
  ['what cannot be parsed fails', 'dsp/errors.js', 'if (status !== undefined)', 'if (false)'],
  [
    'a refused message moves all the same',
    'process/receive.js',
    "if (verdict === 'crossed')",
    "if (verdict === 'invalid') return { next: then(moved(record, move.to, at)), ...refuse(table.kind, record, refusal('STATE_INVALID', '')) };\n    if (verdict === 'crossed')",
  ],
  [
    'some refusals are not answered',
    'dsp/errors.js',
    'const { status, why } = judge(error);',
    'const { status, why } = judge(error); if (status === 415) return;',
  ],
];

const rounds = { seed: 20_270_101, from: 0, to: 2, messages: 5_000, most: 1, workers: 1, minutes: 20 };

/** A copy of the built connector, in which something is missing. */
function broken(folder: string, [, file, from, to]: (typeof breakages)[number]): string {
  const copy = join(folder, 'connector', 'dist');
  cpSync(built, copy, { recursive: true });
  const text = readFileSync(join(copy, file), 'utf8');
  if (!text.includes(from)) throw new Error(`expected ${file} to hold ${from}`);
  writeFileSync(join(copy, file), text.replaceAll(from, to));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  return copy;
}

async function failures(folder: string): Promise<string | undefined> {
  let first: string | undefined;
  const progress = (): void => undefined;
  const { total } = await sendRounds({ ...rounds, folder, progress });
  const [one] = total.failures;
  if (one !== undefined)
    first = `round ${one.round}, message ${one.message}: ${one.what.slice(0, 160).replaceAll('\n', ' ')}`;
  return first;
}

/** `npm run interop:messages:mutations`: whether the messages notice when something that they look for is missing. */
async function main(): Promise<boolean> {
  const whole = await failures(built);
  say(`nothing is broken: ${whole ?? 'nothing is found'}`);
  let unnoticed = whole === undefined ? 0 : 1;
  for (const each of breakages) {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-broken-'));
    try {
      const found = await failures(broken(folder, each));
      if (found === undefined) unnoticed += 1;
      say(`${each[0]}: ${found ?? 'NOT NOTICED'}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  say(`${breakages.length} breakages, ${unnoticed} not noticed`);
  return unnoticed === 0;
}

process.exitCode = (await main()) ? 0 : 1;
