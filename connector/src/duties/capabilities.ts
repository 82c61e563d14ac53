import { type Constraint, type Duty, deadlineOf, type Policy, type Problem } from '@causeway/policies';

/**
 * What a consumer's connector does by itself after delivery, as ODRL actions. An obligation to anything else is refused at
 * publication, unless its author marks it as declared only.
 */
export const keptObligations = ['delete', 'inform', 'idsc:log'] as const;

export function isKept(action: string): boolean {
  return keptObligations.some((one) => one === action);
}

/**
 * The obligations of a policy, and their consequences, that a consumer's connector would not keep to the letter, each with
 * its path: another action, another person, a condition that nobody heeds, a deletion without an end.
 *
 * @param provider who offers the data, and is the one who can be informed
 */
export function unkeptDuties(policy: Policy, provider: string): Problem[] {
  const owing = policy.assignees?.map(({ id }) => id);
  return policy.obligations
    .flatMap((duty) => [duty, ...duty.consequences])
    .filter(({ declaredOnly }) => !declaredOnly)
    .flatMap((duty) => problemsOf(duty, provider, owing));
}

function problemsOf(duty: Duty, provider: string, owing: readonly string[] | undefined): Problem[] {
  const { action, actionRefinements, assignees, constraints, path, target } = duty;
  const problems: Problem[] = [];
  const add = (where: string, message: string, suggestion?: string) =>
    problems.push({ path: where, code: 'NOT_ENFORCED', message, ...(suggestion === undefined ? {} : { suggestion }) });
  if (!isKept(action)) add(path, `a connector does not ${action} by itself; it does: ${keptObligations.join(', ')}`);
  if (actionRefinements.length > 0) add(path, 'a connector heeds no refinement of what it owes');
  if (target !== undefined) add(path, 'a connector keeps duties about what was delivered, not about something else');
  if (assignees?.some(({ id, collection }) => collection || owing?.includes(id) === false)) {
    add(path, 'a duty after delivery is kept by the connector that received the data, and by nobody else');
  }
  for (const constraint of constraints) {
    if (!isHeeded(constraint, duty, provider)) add(constraint.path, `${action} is done without regard to this`);
  }
  if (action === 'delete' && deadlineOf(duty, 0) === undefined) {
    add(path, 'a deletion that nothing says the end of is never due', 'odrl:elapsedTime lteq P30D');
  }
  return problems;
}

function isHeeded(constraint: Constraint, duty: Duty, provider: string): boolean {
  if (!('operand' in constraint)) {
    return constraint.logic === 'and' && constraint.operands.every((part) => isHeeded(part, duty, provider));
  }
  if (constraint.declaredOnly === true) return true;
  const { operand, operator, value } = constraint;
  if (operand === 'recipient' && duty.action === 'inform' && value.type === 'terms') {
    return (operator === 'eq' || operator === 'isAnyOf') && value.terms.every(({ text }) => text === provider);
  }
  return deadlineOf({ ...duty, constraints: [constraint], actionRefinements: [] }, 0) !== undefined;
}
