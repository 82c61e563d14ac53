import { isCircumstance, isDeadline } from './decide/duties.js';
import { heeded, heededFunctions, isBeforeUse } from './enforce/parameters.js';
import type { AtomicConstraint, Constraint, Duty, FactSource, Party, Policy, Problem, Rule } from './model.js';
import type { ActionTerm } from './odrl/actions.js';
import { factOf, operandOf } from './odrl/operands.js';

/** What a connector can enforce. Handed in by it: what is true of this software is not true of the next. */
export interface Capabilities {
  /** Operands it can state a fact for, and the best source of that fact. `dateTime` and `count` are always known. */
  readonly operands: Readonly<Record<string, FactSource>>;
  /** Actions it can tell apart when it lets data go. Of any other it cannot know whether that, and nothing else, is done afterwards. */
  readonly actions: readonly ActionTerm[];
  /** Duties it can see fulfilled before a use. */
  readonly duties: readonly ActionTerm[];
  /** Obligations it, or the peer's connector, keeps after delivery. */
  readonly obligations: readonly ActionTerm[];
}

const rank: Readonly<Record<FactSource, number>> = { attested: 2, measured: 1, declared: 0 };

/**
 * What a policy asks for and nobody would enforce, each with its path: a constraint on something of which no fact can be had (or only a
 * worse one than demanded), a duty before use that nobody can see fulfilled, an obligation that nobody keeps. What its author marked
 * `declaredOnly` is left out: both sides see that it is no more than a declaration.
 */
export function unenforced(policy: Policy, capabilities: Capabilities): Problem[] {
  const walk = new Walk(policy, capabilities);
  for (const rule of [...policy.permissions, ...policy.prohibitions]) walk.rule(rule);
  walk.constraints(policy.target?.refinements ?? []);
  for (const party of policy.assignees ?? []) walk.constraints(party.refinements);
  for (const duty of policy.obligations) walk.duty(duty, capabilities.obligations);
  return walk.problems;
}

function isCircumstances(constraint: Constraint): boolean {
  return 'operand' in constraint ? isCircumstance(constraint) : constraint.operands.every(isCircumstances);
}

class Walk {
  readonly problems: Problem[] = [];
  readonly #policy: Policy;
  readonly #capabilities: Capabilities;

  constructor(policy: Policy, capabilities: Capabilities) {
    this.#policy = policy;
    this.#capabilities = capabilities;
  }

  rule(rule: Rule): void {
    if (rule.declaredOnly) return;
    if (rule.action !== undefined && !this.#capabilities.actions.includes(rule.action)) {
      this.#add(
        `${rule.path}/action`,
        rule.kind === 'prohibition'
          ? `nobody sees whether ${rule.action} is done once the data has left`
          : `nobody sees to it that ${rule.action}, and nothing else, is done once the data has left: permit use`,
      );
    }
    this.constraints(rule.constraints);
    this.constraints(rule.actionRefinements);
    this.constraints(rule.target?.refinements ?? []);
    for (const party of rule.assignees ?? []) this.constraints(party.refinements);
    for (const duty of rule.duties) this.duty(duty, this.#capabilities.duties);
    for (const duty of rule.remedies) this.duty(duty, this.#capabilities.obligations);
  }

  constraints(constraints: readonly Constraint[]): void {
    for (const constraint of constraints) {
      if (!('operand' in constraint)) this.constraints(constraint.operands);
      else if (constraint.declaredOnly !== true) this.#atom(constraint);
    }
  }

  /** @param able the actions that somebody takes care of at this place: before a use, or after it */
  duty(duty: Duty, able: readonly ActionTerm[]): void {
    if (duty.declaredOnly) return;
    if (!able.includes(duty.action)) {
      this.#add(
        duty.path,
        `nobody sees to it that ${duty.action} is done here${able.length > 0 ? `; done: ${able.join(', ')}` : ''}`,
      );
    }
    for (const constraint of [...duty.constraints, ...duty.actionRefinements]) this.#particular(constraint, duty);
    for (const party of duty.assignees ?? []) {
      if (!this.#isParty(party))
        this.#add(duty.path, `${party.id} has no connector in this agreement that would do it`);
    }
    for (const { function: name } of duty.functions ?? []) {
      if (!heededFunctions(duty.action).includes(name))
        this.#add(duty.path, `${duty.action} is done without regard to ${name}`);
    }
    // Owed once the duty was not fulfilled, hence after the use that this stopped or followed.
    for (const consequence of duty.consequences) this.duty(consequence, this.#capabilities.obligations);
  }

  #atom({ operand, path, source }: AtomicConstraint): void {
    if (operandOf(operand)?.ambiguous === true) {
      this.#add(path, `${operand} has several dimensions, so a comparison with one value is never decided`);
      return;
    }
    const best = this.#sourceOf(operand);
    if (best === undefined) this.#add(path, `nobody can state a fact about ${operand}`);
    else if (source !== undefined && rank[best] < rank[source]) {
      this.#add(path, `the fact ${operand} must be ${source}, and is no better than ${best} here`);
    }
  }

  #sourceOf(operand: string): FactSource | undefined {
    const fact = factOf(operand);
    if (fact === 'dateTime' || fact === 'count') return 'measured';
    const { operands } = this.#capabilities;
    // A fact of one operand serves another that means the same.
    if (Object.hasOwn(operands, fact)) return operands[fact];
    return Object.hasOwn(operands, operand) ? operands[operand] : undefined;
  }

  /** By when, under which circumstances, and how: of the last nothing may be dropped in silence. */
  #particular(constraint: Constraint, duty: Duty): void {
    if (!('operand' in constraint)) {
      const circumstances = isCircumstances(constraint);
      if (constraint.logic !== 'and' && !circumstances) {
        this.#add(constraint.path, 'a duty that may be done in several ways is not carried out: say one');
      }
      for (const part of constraint.operands) this.#particular(part, duty);
    } else if (constraint.declaredOnly === true || isDeadline(constraint) || isBeforeUse(constraint)) {
      return;
    } else if (isCircumstance(constraint)) {
      this.#atom(constraint);
    } else if (!heeded(duty.action).includes(constraint.operand)) {
      const known = heeded(duty.action).join(', ');
      this.#add(
        constraint.path,
        `${duty.action} is done without regard to ${constraint.operand}${known && `; heeded: ${known}`}`,
      );
    }
  }

  #isParty({ id, collection }: Party): boolean {
    if (collection) return false;
    const { assigner, assignees } = this.#policy;
    return id === assigner || (assignees ?? []).some((party) => party.id === id);
  }

  #add(path: string, message: string): void {
    this.problems.push({
      path,
      code: 'NOT_ENFORCED',
      message,
      suggestion: 'leave it out, or mark it "urn:causeway:v1:declaredOnly": true, which both sides see',
    });
  }
}
