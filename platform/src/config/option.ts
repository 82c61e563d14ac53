import { resolve } from 'node:path';
import { formatSize, parseDuration, parseSize } from './units.js';

/** Text of an option as it was given, with where it was given, for the message when it is wrong. */
export interface Given {
  readonly text: string;
  /** For people: `--set grpcPort`, `CAUSEWAY_BROKER_GRPC_PORT`, `'grpcPort' in config.json`. */
  readonly origin: string;
  /** The folder against which a relative path of this origin is meant. */
  readonly folder: string;
}

/** A mistake in one option; the message completes the sentence "<origin> …". */
export class OptionMistake extends Error {
  override readonly name = 'OptionMistake';
}

/** One option: how its text becomes a value, and what the reference says of it. */
export interface Option<T> {
  readonly doc: string;
  /** For the reference: what may stand there, with its unit. */
  readonly kind: string;
  /** For the reference; `undefined` when there is none. */
  readonly defaultText: string | undefined;
  readonly required: boolean;
  /** The value when nothing is given. */
  readonly fallback: T | undefined;
  /** Throws `OptionMistake`. */
  parse(given: Given): T;
}

interface Described {
  readonly doc: string;
}
/** An option always has a value (`default`), must be given (`required`), or may be `undefined`. */
type WithDefault<D> = Described & { readonly default: D; readonly required?: false };
type Required = Described & { readonly default?: undefined; readonly required: true };
type Optional = Described & { readonly default?: undefined; readonly required?: false };
type Settings<D> = WithDefault<D> | Required | Optional;

interface Factory<T, D = T, X = unknown> {
  (settings: (WithDefault<D> | Required) & X): Option<T>;
  (settings: Optional & X): Option<T | undefined>;
}

interface Maker<T, D> {
  readonly kind: string;
  parse(given: Given): T;
  /** The value of a default, and its text for the reference. */
  fallback(value: D): T;
  show(value: D): string;
}

function make<T, D>(settings: Settings<D>, maker: Maker<T, D>): Option<T> {
  const fallback = settings.default;
  return {
    doc: settings.doc,
    kind: maker.kind,
    defaultText: fallback === undefined ? undefined : maker.show(fallback),
    required: settings.required ?? false,
    fallback: fallback === undefined ? undefined : maker.fallback(fallback),
    parse: maker.parse,
  };
}

const same = <T>(value: T): T => value;

function simple<T extends string | number>(settings: Settings<T>, kind: string, parse: (text: string) => T): Option<T> {
  return make<T, T>(settings, { kind, parse: ({ text }) => parse(text), fallback: same, show: String });
}

function whole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max)
    throw new OptionMistake(`must be a whole number from ${min} to ${max}, is '${text}'`);
  return value;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function integer(settings: Settings<number> & Bounds): Option<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = settings;
  const kind = max === Number.MAX_SAFE_INTEGER ? `integer, at least ${min}` : `integer, ${min} to ${max}`;
  return simple<number>(settings, kind, (text) => whole(text, min, max));
}

function choice<const V extends string>(settings: Settings<V> & { readonly values: readonly V[] }): Option<V> {
  return simple<V>(settings, settings.values.map((value) => `\`${value}\``).join(', '), (text) => {
    const value = settings.values.find((each) => each === text);
    if (value === undefined) throw new OptionMistake(`must be one of ${settings.values.join(', ')}, is '${text}'`);
    return value;
  });
}

function text(settings: Settings<string>): Option<string> {
  return simple(settings, 'text', (given) => {
    if (given.trim() === '') throw new OptionMistake('must not be empty');
    return given;
  });
}

/** A text that people elsewhere are shown: one that wrote to their terminals, or turned its direction, would deceive them. */
function line(settings: Settings<string>): Option<string> {
  return simple(settings, 'text of 1 to 100 characters', (given) => {
    if (/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]{1,100}$/u.test(given) && given.trim() !== '') return given;
    throw new OptionMistake('must be a line of 1 to 100 characters, none of them control characters');
  });
}

function port(settings: Settings<number>): Option<number> {
  return simple<number>(settings, 'port, 0 for any free one', (given) => whole(given, 0, 65_535));
}

function path(settings: Settings<string>): Option<string> {
  return make(settings, {
    kind: 'path',
    parse: ({ text: given, folder }) => {
      if (given === '') throw new OptionMistake('must not be empty');
      return resolve(folder, given);
    },
    fallback: (value: string) => resolve(value),
    show: same,
  });
}

/** The default is written as a user writes it, `'30s'`. */
function duration(settings: Settings<string>): Option<number> {
  return make(settings, {
    kind: 'duration: `250ms`, `30s`, `5m`, `12h`, `7d`',
    parse: ({ text: given }) => measured(parseDuration(given), given, "a duration such as '250ms', '30s', '5m', '7d'"),
    fallback: (value: string) => measured(parseDuration(value), value, 'a duration'),
    show: same,
  });
}

/** The default is written as a user writes it, `'16MiB'`, or in bytes. */
function size(settings: Settings<string>): Option<number> {
  return make(settings, {
    kind: 'size: `512B`, `64KiB`, `16MiB`, `2GiB`',
    parse: ({ text: given }) => measured(parseSize(given), given, "a size such as '64KiB', '16MiB', '2GiB'"),
    fallback: (value: string) => measured(parseSize(value), value, 'a size'),
    show: (value) => formatSize(measured(parseSize(value), value, 'a size')),
  });
}

function measured(value: number | undefined, given: string, wanted: string): number {
  if (value === undefined) throw new OptionMistake(`must be ${wanted}, is '${given}'`);
  return value;
}

/**
 * The kinds of options. Each takes `doc` and either `default`, or `required: true`, or neither (then the value may be
 * `undefined`).
 */
export const option: {
  readonly text: Factory<string>;
  /** One line, without control characters. */
  readonly line: Factory<string>;
  readonly port: Factory<number>;
  /** Milliseconds. */
  readonly duration: Factory<number, string>;
  /** Bytes. */
  readonly size: Factory<number, string>;
  readonly integer: Factory<number, number, Bounds>;
  readonly choice: {
    <const V extends string>(
      settings: (WithDefault<NoInfer<V>> | Required) & { readonly values: readonly V[] },
    ): Option<V>;
    <const V extends string>(settings: Optional & { readonly values: readonly V[] }): Option<V | undefined>;
  };
  /** Absolute, resolved against the working folder, or against the folder of the file it stands in. */
  readonly path: Factory<string>;
} = { text, line, port, duration, size, integer, choice, path };
