import { PolicyError } from '../errors.js';
import type { JsonValue, Problem } from '../model.js';
import type { Words } from '../words.js';
import { declaredOnly, type Part } from './part.js';

/**
 * - `names`, `participants`, `fields`: one text or several; `name`, `participant`, `unit` (an IRI), `level`: one text;
 * - `instant`: date, time and zone, or milliseconds since the epoch; `duration`: ISO 8601;
 * - `count`: a whole number; `amount`: a number, also as text.
 */
export type ParameterType =
  | 'participants'
  | 'participant'
  | 'names'
  | 'name'
  | 'fields'
  | 'instant'
  | 'duration'
  | 'count'
  | 'amount'
  | 'unit'
  | 'level';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly label: Words;
  readonly optional?: true;
  /** The values there are. */
  readonly values?: readonly string[];
}

/** Who sees to it: the provider's connector before and while data leaves, the consumer's once it has it, or nobody. */
export type Enforcer = 'provider' | 'consumer' | 'nobody';

export interface Template {
  readonly name: Words;
  readonly parameters: readonly Parameter[];
  readonly enforced: Enforcer;
  /** How it is enforced, and what is not. */
  readonly how: Words;
  /**
   * What the template says, for `compose`. With `declaredOnly: true` among the parameters it is a declaration: where nobody enforces a
   * template, a connector publishes no other.
   * @throws PolicyError TEMPLATE_INVALID
   */
  part(parameters: Readonly<Record<string, JsonValue>>): Part;
}

/** A template as it is written down: `write` gets the parameters checked. */
export interface TemplateText extends Omit<Template, 'part'> {
  readonly write: (given: Given) => Part;
}

export function template({ write, ...text }: TemplateText): Template {
  return {
    ...text,
    part: (parameters) => {
      const { declaredOnly: marked, ...rest } = parameters;
      const given = new Given(text.parameters, rest);
      if (marked !== undefined && typeof marked !== 'boolean') throw refused([wrong('declaredOnly', 'true or false')]);
      const part = write(given);
      return marked === true ? declaredOnly(part) : part;
    },
  };
}

/** The parameters of one call, each of the type the template names. */
export class Given {
  readonly #values: ReadonlyMap<string, JsonValue>;

  constructor(parameters: readonly Parameter[], values: Readonly<Record<string, JsonValue>>) {
    const problems: Problem[] = [];
    for (const name of Object.keys(values)) {
      if (parameters.some((each) => each.name === name)) continue;
      const known = parameters.map((each) => each.name).join(', ') || 'none';
      problems.push({
        path: `/${name}`,
        code: 'TERM_UNKNOWN',
        message: `the template has no parameter ${name}; it has: ${known}`,
      });
    }
    for (const { name, type, optional, values: allowed } of parameters) {
      const value = values[name];
      if (value === undefined) {
        if (!optional)
          problems.push({
            path: `/${name}`,
            code: 'MEMBER_MISSING',
            message: `the template needs ${name}: ${expected[type]}`,
          });
      } else if (!fits(type, value) || (allowed && !allowed.some((each) => each === value))) {
        problems.push(wrong(name, allowed ? `one of ${allowed.join(', ')}` : expected[type]));
      }
    }
    if (problems.length > 0) throw refused(problems);
    this.#values = new Map(Object.entries(values));
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
    return typeof value === 'string' ? [value] : [];
  }

  /** INVARIANT: called for what the template demands. */
  text(name: string): string {
    return String(this.#values.get(name));
  }

  maybe(name: string): string | undefined {
    return this.#values.has(name) ? this.text(name) : undefined;
  }

  instant(name: string): string | number {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : String(value);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  number(name: string): number {
    return Number(this.#values.get(name));
  }
}

const expected: Readonly<Record<ParameterType, string>> = {
  participants: 'the ids of participants',
  participant: 'the id of a participant',
  names: 'one name or several',
  name: 'a name',
  fields: 'the names of fields',
  instant: 'date, time and zone, such as 2027-01-01T00:00:00+08:00',
  duration: 'an ISO 8601 duration, such as P30D',
  count: 'a whole number from 0',
  amount: 'a number',
  unit: 'the IRI of a unit',
  level: 'a level',
};

function fits(type: ParameterType, value: JsonValue): boolean {
  switch (type) {
    case 'participants':
    case 'names':
    case 'fields':
      return isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
    case 'instant':
      return isText(value) || (typeof value === 'number' && Math.abs(value) <= 8.64e15);
    case 'count':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'amount':
      return typeof value === 'number'
        ? Number.isFinite(value)
        : typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
    default:
      // Whether it is a duration, or an IRI, the parser says with the place in the offer.
      return isText(value);
  }
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string' && value !== '';
}

function wrong(name: string, needed: string): Problem {
  return { path: `/${name}`, code: 'VALUE_MALFORMED', message: `${name} must be ${needed}` };
}

function refused(problems: readonly Problem[]): PolicyError {
  return new PolicyError('TEMPLATE_INVALID', problems.map(({ message }) => message).join('; '), problems);
}
