import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** `--home DIR`: which service a command is about. */
export function homeOption(): Option {
  return new Option('--home <dir>', 'folder of the service')
    .default(resolve('.'), 'this folder')
    .argParser((dir) => resolve(dir));
}

/** An option that is given several times, or once with commas. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, before: string[] = []) => [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ]);
}

/** `--to IDS`: participants, or everybody. A name that is no id would be an offer to nobody. */
export function participantsOption(flags: string, description: string): Option {
  const option = listOption(flags, description);
  const split = option.parseArg;
  return option.argParser((text: string, before: string[] | undefined) => {
    const ids: string[] = split?.(text, before) ?? [];
    for (const id of ids) {
      if (id === '*' || /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:._-]{1,190}$/.test(id)) continue;
      throw new InvalidArgumentError(`'${id}' is no id; expected one such as urn:causeway:hydraulics, or '*'.`);
    }
    return ids;
  });
}

/** `--set name=value`, as often as needed: options of a service. */
export function setOption(description: string): Option {
  return new Option('--set <name=value>', `${description}; may be repeated (docs/configuration.md)`)
    .default({}, 'none')
    .argParser((pair: string, before: Readonly<Record<string, string>>) => {
      const [, name, value] = /^([A-Za-z][\w-]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) {
        throw new InvalidArgumentError('expected name=value, such as dspPort=8443.');
      }
      return { ...before, [name]: value };
    });
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('expected a whole number from 1.');
  }
  return value;
}

const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** An instant that is still to come, as it was written. */
export function futureInstant(text: string): string {
  const time = instantForm.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('expected date, time and zone, such as 2027-01-01T00:00:00+08:00.');
  }
  if (time <= Date.now()) throw new InvalidArgumentError(`it has passed: now it is ${new Date().toISOString()}.`);
  return text;
}
