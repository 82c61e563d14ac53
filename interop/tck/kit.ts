import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { resolveClasspath } from '../java.js';

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

/** The class path of the kit. @param folder notes go there */
export function resolveKit(folder: string): Promise<string> {
  return resolveClasspath(join(sources, 'pom.xml'), folder);
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
