import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { messageOf } from '../errors.js';
import type { Given } from './option.js';

export interface ConfigSources {
  /** By name of the option, in either spelling: `management-port` or `managementPort`. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** Path of a JSON file: one object, a member per option. */
  readonly file?: string;
}

export interface Gathered {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: string[];
}

/** `managementPort` of `CONNECTOR` is `CAUSEWAY_CONNECTOR_MANAGEMENT_PORT`. */
export function envName(prefix: string, name: string): string {
  return `CAUSEWAY_${prefix}_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Both spellings of a flag as one: `managementPort` and `management-port` are `--management-port`. */
function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
}

/** The first step: every text, by option, with its origin. A name that no option has is a mistake, never ignored. */
export async function gather(prefix: string, names: readonly string[], sources: ConfigSources): Promise<Gathered> {
  const given = new Map<string, Given>();
  const problems: string[] = [];
  // From the weakest source to the strongest: a later one replaces what an earlier one said.
  if (sources.file !== undefined) await fromFile(sources.file, names, given, problems);
  fromEnv(prefix, names, sources.env ?? {}, given, problems);
  fromFlags(names, sources.flags ?? {}, given, problems);
  return { given, problems };
}

type Into = Map<string, Given>;

async function fromFile(file: string, names: readonly string[], given: Into, problems: string[]): Promise<void> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    problems.push(`${file} cannot be read as JSON: ${messageOf(error)}`);
    return;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push(`${file} must hold one JSON object, a member per option`);
    return;
  }
  for (const [name, value] of Object.entries(parsed)) {
    const origin = `'${name}' in ${basename(file)}`;
    const text = textOf(value);
    if (!names.includes(name)) problems.push(`${origin} is no option of this service${nearest(name, names)}`);
    else if (text === undefined) problems.push(`${origin} must be a text or a number`);
    else given.set(name, { text, origin, folder: dirname(resolve(file)) });
  }
}

function fromEnv(prefix: string, names: readonly string[], env: NodeJS.ProcessEnv, given: Into, problems: string[]) {
  const byVariable = new Map(names.map((name) => [envName(prefix, name), name]));
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith(`CAUSEWAY_${prefix}_`)) continue;
    const name = byVariable.get(variable);
    if (name === undefined)
      problems.push(`${variable} is no option of this service${nearest(variable, [...byVariable.keys()])}`);
    else given.set(name, { text, origin: variable, folder: process.cwd() });
  }
}

function fromFlags(
  names: readonly string[],
  flags: Readonly<Record<string, string>>,
  given: Into,
  problems: string[],
): void {
  const byFlag = new Map(names.map((name) => [flagName(name), name]));
  for (const [flag, text] of Object.entries(flags)) {
    const name = byFlag.get(flagName(flag.replace(/^--/, '')));
    if (name === undefined) problems.push(`--set ${flag} is no option of this service${nearest(flag, names)}`);
    else given.set(name, { text, origin: `--set ${name}`, folder: process.cwd() });
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function nearest(name: string, known: readonly string[]): string {
  const wanted = letters(name);
  const match = known.find((each) => letters(each).includes(wanted) || wanted.includes(letters(each)));
  return match === undefined ? '' : `; did you mean ${match}?`;
}

function letters(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}
