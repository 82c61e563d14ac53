import { idsProfileIri, type Part } from './part.js';
import type { Parameter, ParameterType } from './template.js';

/** A parameter of a template, with its name for people. */
export function parameter(
  name: string,
  type: ParameterType,
  en: string,
  zh: string,
  more: Partial<Parameter> = {},
): Parameter {
  return { name, type, label: { en, zh }, ...more };
}

export const optional = { optional: true } as const;

/** What is written in the terms of IDS. */
export function inIds(part: Part): Part {
  return { ...part, profiles: [idsProfileIri] };
}

/** What nobody enforces, and why. */
export function nobody(en: string, zh: string) {
  return { enforced: 'nobody', how: { en: `${en} Publish it declared-only.`, zh: `${zh}只能作为声明发布。` } } as const;
}

export function merged(left: Part, right: Part): Part {
  return {
    constraints: [...(left.constraints ?? []), ...(right.constraints ?? [])],
    obligations: [...(left.obligations ?? []), ...(right.obligations ?? [])],
  };
}
