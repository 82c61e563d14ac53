import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** `--home DIR`: which service a command is about. */
export function homeOption(): Option {
  return new Option('--home <dir>', 'folder of the service')
    .default('.', 'this folder')
    .argParser((dir) => resolve(dir));
}

/** An option that is given several times, or once with commas. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, before: string[] = []) => [
    ...before,
    ...text.split(',').filter((part) => part !== ''),
  ]);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}

/** `name=value` pairs as a record. */
export function settings(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}
