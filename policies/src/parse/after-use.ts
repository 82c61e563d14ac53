import type { AtomicConstraint, Constraint } from '../model.js';
import { policyUsage } from '../profiles/ids.js';
import type { WrittenDuty } from './duty.js';
import { isObject, type Member } from './json.js';
import type { Reader } from './reader.js';

/**
 * Actions that by what they are come after the use they guard: ODRL's `delete` removes the asset "after it has been used" and its
 * `inform` tells that something "has been performed".
 */
const afterwards: ReadonlySet<string> = new Set(['delete', 'uninstall', 'archive', 'inform', 'idsc:log']);

/** A rewrite longer than this is left to its author. */
const longest = 10_000;

/**
 * A permission's duty blocks until it is fulfilled (Information Model, 2.6.3), so one that can only be fulfilled after the use
 * blocks for ever. IDS and Catena-X write it and mean an obligation; which of the two holds is not guessed, but said.
 */
export function refuseAfterUse(reader: Reader, duty: WrittenDuty, item: Member): void {
  if (!afterwards.has(duty.action) || [...duty.constraints, ...duty.actionRefinements].some(beforeUse)) return;
  const written = isObject(item.value) ? item.value : { '@id': item.value };
  const words =
    `${duty.action} comes after the use, but a duty of a permission must be fulfilled before it: ` +
    'take it out of the permission and write it as an obligation of the policy';
  const rewrite = JSON.stringify({ obligation: [written] });
  reader.problem(item.path, 'DUTY_AFTER_USE', words, rewrite.length > longest ? undefined : rewrite);
}

/** `event lt odrl:policyUsage`, as IDS-G writes that a duty is owed before the use. */
function beforeUse(constraint: Constraint): boolean {
  if (!('operand' in constraint)) return constraint.logic !== 'or' && constraint.operands.some(beforeUse);
  return constraint.operand === 'event' && constraint.operator === 'lt' && namesUse(constraint);
}

function namesUse({ value }: AtomicConstraint): boolean {
  return value.type === 'terms' && value.terms.every(({ text }) => policyUsage.includes(text));
}
