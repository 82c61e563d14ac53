import { ConfigError, messageOf } from '../errors.js';
import { type ConfigSources, envName, gather } from './gather.js';
import { type Option, OptionMistake } from './option.js';

export type Shape = Readonly<Record<string, Option<unknown>>>;

/** The values of a shape: `{ port: Option<number> }` becomes `{ port: number }`. */
export type ConfigOf<S> = { readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never };

/** The options of one service, with what they must satisfy together. */
export interface ConfigSchema<S> {
  readonly prefix: string;
  readonly shape: S;
  /** Mistakes that no option alone can have, one readable line each. */
  readonly check?: (config: ConfigOf<S>) => readonly string[];
}

/**
 * Declares the options of a service. `prefix` names its environment variables: with `'CONNECTOR'`, the option
 * `managementPort` is `--set managementPort=…`, `CAUSEWAY_CONNECTOR_MANAGEMENT_PORT` and `"managementPort"` in the file.
 */
export function defineConfig<const S extends Shape>(
  prefix: string,
  shape: S,
  check?: (config: ConfigOf<S>) => readonly string[],
): ConfigSchema<S> {
  const upper = prefix.toUpperCase();
  if (!/^[A-Z][A-Z0-9_]*$/.test(upper)) throw new TypeError(`'${prefix}' cannot begin the name of a variable.`);
  return check ? { prefix: upper, shape, check } : { prefix: upper, shape };
}

/**
 * Reads a configuration in two steps: gather the texts from flags, environment and file (in this order of precedence)
 * with where each came from, then turn them into values and check them against each other. Throws `ConfigError` with
 * every mistake of both steps.
 */
export async function loadConfig<S extends Shape>(
  schema: ConfigSchema<S>,
  sources: ConfigSources,
): Promise<ConfigOf<S>> {
  const { given, problems } = await gather(schema.prefix, Object.keys(schema.shape), sources);
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(schema.shape)) {
    const text = given.get(name);
    if (text) {
      try {
        values[name] = option.parse(text);
      } catch (error) {
        if (!(error instanceof OptionMistake)) throw error;
        problems.push(`${text.origin} ${messageOf(error)}`);
      }
    } else if (option.required) {
      problems.push(`${envName(schema.prefix, name)} is missing: ${option.doc}`);
    } else {
      values[name] = option.fallback;
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  // INVARIANT: every name of the shape has the value its own option made, so this is a ConfigOf<S>.
  const config = values as ConfigOf<S>;
  const conflicts = schema.check?.(config) ?? [];
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return Object.freeze(config);
}
