import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Words } from './language.js';

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
  return idsOption(flags, description, ['*'], ", or '*'");
}

/** Participants by their ids. */
export function memberIdsOption(flags: string, description: string): Option {
  return idsOption(flags, description, [], '');
}

function idsOption(flags: string, description: string, others: readonly string[], or: string): Option {
  const option = listOption(flags, description);
  const split = option.parseArg;
  return option.argParser((text: string, before: string[] | undefined) => {
    const ids: string[] = split?.(text, before) ?? [];
    for (const id of ids) {
      if (others.includes(id) || /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:._-]{1,190}$/.test(id)) continue;
      throw new InvalidArgumentError(`'${id}' is no id; expected one such as urn:causeway:hydraulics${or}.`);
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

/** A span of time as policies write it (ISO 8601). */
export function duration(text: string): string {
  if (
    !/^P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/.test(text)
  ) {
    throw new InvalidArgumentError('expected P and days, such as P90D, or PT and hours, such as PT12H.');
  }
  return text;
}

const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** An instant with its zone, and how it was understood where a date alone was written. */
export interface GivenInstant {
  readonly text: string;
  readonly understood?: Words;
}

/** An instant that is still to come: as it was written, or the first one of a date in the zone of this machine. */
export function futureInstant(text: string): GivenInstant {
  const given = /^\d{4}-\d\d-\d\d$/.test(text) ? firstOf(text) : { text };
  const time = instantForm.test(given.text) ? Date.parse(given.text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('expected a date, or date, time and zone, such as 2027-01-01T00:00:00+08:00.');
  }
  if (time <= Date.now()) throw new InvalidArgumentError(`it has passed: now it is ${new Date().toISOString()}.`);
  return given;
}

function firstOf(date: string): GivenInstant {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const first = new Date(year, month - 1, day);
  // The 30th of February is no date, and not the 2nd of March.
  if (first.getFullYear() !== year || first.getMonth() !== month - 1 || first.getDate() !== day) return { text: '' };
  const minutes = -first.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  const text = `${date}T${two(first.getHours())}:${two(first.getMinutes())}:00${minutes === 0 ? 'Z' : offset}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    text,
    understood: {
      en: `${date} is taken as its first instant in the zone of this machine, ${zone}: ${text}`,
      zh: `${date} 按本机时区（${zone}）取当日零时：${text}`,
    },
  };
}
