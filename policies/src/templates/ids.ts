import { conditionClasses } from './ids-conditions.js';
import { dutyClasses } from './ids-duties.js';
import { type Template, template } from './template.js';

/** One of the twenty-five policy classes of IDS-G, `UsageControl/Contract`, by its number there. */
export interface IdsTemplate extends Template {
  readonly number: number;
}

/** All twenty-five, by their numbers. */
export const idsTemplates: Readonly<Record<number, IdsTemplate>> = Object.fromEntries(
  Object.entries({ ...conditionClasses, ...dutyClasses }).map(([number, text]) => [
    Number(number),
    { number: Number(number), ...template(text) },
  ]),
);
