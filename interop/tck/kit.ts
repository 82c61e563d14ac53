import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Beside the sources: neither is compiled. */
const sources = fileURLToPath(new URL('../../tck/', import.meta.url));

/** How one case went, by the kit's word. */
export interface Outcome {
  readonly id: string;
  readonly passed: boolean;
  readonly trouble?: string;
}

export interface KitResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly outcomes: readonly Outcome[];
}

/** What has to be installed and is not, in words; undefined when all is there. */
export async function missingTools(): Promise<string | undefined> {
  const java = /version "(\d+)/.exec(await outputOf('java', ['-version']))?.[1];
  const maven = /Apache Maven/.test(await outputOf('mvn', ['-version']));
  const missing = [
    ...(java === undefined ? ['Java 17 or newer (`java` is not found)'] : []),
    ...(Number(java) < 17 ? [`Java 17 or newer (\`java\` is ${java})`] : []),
    ...(maven ? [] : ['Maven 3.8 or newer (`mvn` is not found)']),
  ];
  return missing.length === 0 ? undefined : missing.join(', ');
}

/** The class path of the kit, out of the local repository or from the registry. @param folder notes go there */
export async function resolveKit(folder: string): Promise<string> {
  const file = join(folder, 'classpath.txt');
  const goal = ['-q', '-B', '-f', join(sources, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
  const said = await outputOf('mvn', goal, 300_000);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(`Maven could not resolve the kit: ${said.slice(-2_000)}`, { cause });
  }
}

/**
 * Runs the cases whose names begin with what `pattern` (a regular expression of Java) matches.
 *
 * @throws Error when the kit does not come to its end within `timeoutMs`
 */
export async function runKit(options: {
  readonly classpath: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly pattern: string;
  readonly folder: string;
  readonly timeoutMs: number;
  readonly told: (outcome: Outcome) => void;
}): Promise<KitResult> {
  const config = join(options.folder, 'kit.properties');
  const lines = Object.entries(options.properties).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(config, lines.join(''));
  const command = ['-Xmx256m', '-cp', options.classpath, join(sources, 'RunKit.java'), config, options.pattern];
  const java = spawn('java', command, { stdio: ['ignore', 'pipe', 'pipe'], timeout: options.timeoutMs });
  const log = createWriteStream(join(options.folder, 'kit.log'));
  java.stderr.pipe(log, { end: false });

  const states = new Map<string, boolean>();
  const troubles = new Map<string, string>();
  let summary: readonly number[] | undefined;
  for await (const line of createInterface({ input: java.stdout })) {
    log.write(`${line}\n`);
    const ended = /\] (SUCCESSFUL|FAILED|ABORTED): (\w+:\d\d-\d\d)/.exec(line);
    if (ended?.[2] !== undefined) {
      states.set(ended[2], ended[1] === 'SUCCESSFUL');
      options.told({ id: ended[2], passed: ended[1] === 'SUCCESSFUL' });
    }
    const [kind, first = '', ...rest] = line.split('\t');
    if (kind === 'FAILURE') troubles.set(first.split(': ', 1)[0] ?? first, rest.join(' '));
    if (kind === 'SUMMARY') summary = [first, ...rest].map(Number);
  }
  log.end();
  const [passed = 0, failed = 0, skipped = 0] = summary ?? [];
  if (summary === undefined) throw new Error(`The kit did not come to its end; what it said is in ${options.folder}.`);
  const outcomes = [...states].map(([id, state]): Outcome => {
    const trouble = troubles.get(id);
    return { id, passed: state, ...(trouble === undefined ? {} : { trouble }) };
  });
  return { passed, failed, skipped, outcomes };
}

/** What a command prints on both its outputs; nothing when there is no such command. */
function outputOf(command: string, args: readonly string[], timeout = 20_000): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(said));
  });
}
