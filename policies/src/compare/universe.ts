import { decidedConstraints } from '../decide/condition.js';
import { isCircumstance } from '../decide/duties.js';
import { isAmbiguous, readingOf } from '../decide/readings.js';
import type { Asset, AtomicConstraint, Constraint, Duty, Knowledge, Party, Policy, Rule } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { Actions } from './actions.js';
import type { Budget } from './budget.js';
import { Counter } from './clock.js';
import { deedKey, keeps } from './duties.js';
import type { Certainty } from './ends.js';
import { all, any, type Formula, Judge, undecided } from './formula.js';
import { point } from './intervals.js';
import { atomsOf } from './parts.js';
import { Quantity } from './quantity.js';
import { type Region, Space } from './space.js';
import { Subject } from './subject.js';
import { Terms } from './terms.js';

/**
 * - `decided`: as `decide` reads a policy: what is marked `declaredOnly` is not there.
 * - `stated`: as the parties read it: what nobody can enforce is agreed all the same.
 */
export type View = 'decided' | 'stated';

export interface UniverseOptions {
  /** Default `decided`. */
  readonly view?: View;
  /** Default `sure`. */
  readonly certainty?: Certainty;
  /** Default: nothing is known but what the tables of operands say. */
  readonly knowledge?: Knowledge | undefined;
}

const never: Formula = { join: 'atom', isTrue: [], isFalse: [] };

/** Everything that a decision under one of these policies may depend on, as dimensions; and their rules as regions in them. */
export class Universe {
  readonly space: Space;
  readonly judge: Judge;
  readonly actions: Actions;
  readonly targets: Subject;
  readonly assignees: Subject;
  readonly now: Counter;
  readonly use: Counter;
  readonly quantities = new Map<string, Quantity>();
  readonly terms = new Map<string, Terms>();
  /** By the deed that keeps it: whether it was done. */
  readonly deeds = new Map<string, { readonly duty: Duty; readonly dimension: number }>();
  readonly #rules = new Map<Rule, { readonly whole: Formula; readonly parts: readonly Formula[] }>();

  readonly view: View;
  readonly certainty: Certainty;
  readonly #knowledge: Knowledge;

  constructor(policies: readonly Policy[], budget: Budget, options: UniverseOptions = {}) {
    this.#knowledge = options.knowledge ?? {};
    this.view = options.view ?? 'decided';
    this.certainty = options.certainty ?? 'sure';
    this.space = new Space(budget);
    this.judge = new Judge(this.space);
    const rules = policies.flatMap((policy) => this.rulesOf(policy));
    const targets = [...policies, ...rules].flatMap(({ target }) => target ?? []);
    const assignees = [...policies, ...rules].flatMap((each) => each.assignees ?? []);
    this.actions = new Actions(this.space, policies);
    this.targets = new Subject(this.space, 'target', targets, this.#knowledge);
    this.assignees = new Subject(this.space, 'assignee', assignees, this.#knowledge);
    // Purposes and the like before the clock: what differs is explained in the order of the dimensions.
    const duties = rules.flatMap((rule) => this.dutiesOf(rule));
    const looked = [...targets, ...assignees].flatMap(({ refinements }) => refinements);
    const own = rules.flatMap(({ constraints, actionRefinements }) => [...constraints, ...actionRefinements]);
    const owing = duties.flatMap(({ constraints }) => constraints.flatMap(atomsOf)).filter(isCircumstance);
    const atoms = [...[...looked, ...own].flatMap((each) => this.#shown(each)).flatMap(atomsOf), ...owing];
    budget.spend(atoms.length);
    this.#addOperands(atoms);
    this.now = new Counter(this.space, 'dateTime');
    this.use = new Counter(this.space, 'count');
    for (const duty of duties) this.#addDeed(duty);
  }

  /** The rules that count in this view. */
  rulesOf({ permissions, prohibitions }: Policy): readonly Rule[] {
    return [...permissions, ...prohibitions].filter((rule) => this.view === 'stated' || !rule.declaredOnly);
  }

  dutiesOf({ duties }: Rule): readonly Duty[] {
    return duties.filter(({ declaredOnly }) => this.view === 'stated' || !declaredOnly);
  }

  /** Where a permission grants, or a prohibition bars. */
  rule(policy: Policy, rule: Rule): Formula {
    return this.#ruleOf(policy, rule).whole;
  }

  /** What must all hold for that: whom and what it is about first. */
  parts(policy: Policy, rule: Rule): readonly Formula[] {
    return this.#ruleOf(policy, rule).parts;
  }

  /** Whom and what a rule is about: a permission's own narrow the policy's, a prohibition's stand instead of them. */
  #scope(policy: Policy, rule: Rule): readonly Formula[] {
    const narrows = rule.kind === 'permission';
    const of = (subject: Subject, own: readonly (Asset | Party)[] | undefined, general: typeof own) => {
      const lists = [...(own ? [own] : []), ...(general && (narrows || !own) ? [general] : [])];
      return lists.map((named) => subject.selected(named, (each) => this.#refined(each, rule)));
    };
    return [
      this.actions.formula(policy, rule),
      ...of(this.targets, rule.target && [rule.target], policy.target && [policy.target]),
      ...of(this.assignees, rule.assignees, policy.assignees),
    ];
  }

  /** What else must hold. */
  #conditions(rule: Rule): readonly Formula[] {
    const counted = rule.kind === 'permission';
    return [
      ...[...rule.constraints, ...rule.actionRefinements].flatMap((each) =>
        this.#shown(each).map((shown) => this.constraint(shown, counted)),
      ),
      ...(counted ? this.dutiesOf(rule).map((duty) => this.#settled(duty)) : []),
    ];
  }

  /** What is left of a region by the facts that name several at once: each of them must be permitted. */
  together(region: Region, granted: Region): Region {
    let rest = region;
    for (const terms of this.terms.values()) rest = terms.together(rest, granted);
    return rest;
  }

  /** The dimension that says whether a duty was done. */
  deedOf(duty: Duty): number | undefined {
    return this.deeds.get(deedKey(duty))?.dimension;
  }

  /** @param counted whether uses are counted: they are not for a prohibition, so a count in it is never decided */
  constraint(
    constraint: Constraint,
    counted: boolean,
    decides: (atom: AtomicConstraint) => boolean = () => true,
  ): Formula {
    if ('operand' in constraint) return decides(constraint) ? this.#atom(constraint, counted) : never;
    const operands = constraint.operands.map((each) => this.constraint(each, counted, decides));
    if (constraint.logic === 'or') return any(operands);
    if (constraint.logic === 'xone') return { join: 'one', parts: operands };
    return all(operands);
  }

  #ruleOf(policy: Policy, rule: Rule): { readonly whole: Formula; readonly parts: readonly Formula[] } {
    const known = this.#rules.get(rule);
    if (known) return known;
    const parts = [...this.#scope(policy, rule), ...this.#conditions(rule)];
    const found = { whole: all(parts), parts };
    this.#rules.set(rule, found);
    return found;
  }

  #atom(atom: AtomicConstraint, counted: boolean): Formula {
    if (isAmbiguous(atom.operand)) return undecided(this.space, this.certainty);
    const key = factOf(atom.operand);
    if (key === 'dateTime') return this.now.formula(atom, this.certainty);
    if (key === 'count') return counted ? this.use.formula(atom, this.certainty) : never;
    this.space.budget.spend(1);
    if (atom.value.type === 'ordered') return this.quantities.get(key)?.formula(atom, this.certainty) ?? never;
    return this.terms.get(termsKey(atom))?.formula(atom) ?? never;
  }

  #shown(constraint: Constraint): readonly Constraint[] {
    return this.view === 'stated' ? [constraint] : decidedConstraints([constraint]);
  }

  #refined({ refinements }: Asset | Party, rule: Rule): { isTrue: Region; isFalse: Region } {
    const shown = refinements.flatMap((each) => this.#shown(each));
    const formula = all(shown.map((each) => this.constraint(each, rule.kind === 'permission')));
    return { isTrue: this.judge.whereTrue(formula), isFalse: this.judge.whereFalse(formula) };
  }

  #settled(duty: Duty): Formula {
    const kept = [...this.deeds.values()]
      .filter((each) => keeps(each.duty, duty))
      .map(({ dimension }) => this.space.region([[dimension, point(1)]]));
    const shown = duty.constraints.flatMap((each) => this.#shown(each));
    const owed = all(shown.map((each) => this.constraint(each, false, isCircumstance)));
    const notOwed = shown.length === 0 ? [] : this.judge.whereFalse(owed);
    const isTrue = [...kept, notOwed].reduce((found, each) => this.space.joinAll(found, each), []);
    return { join: 'atom', isTrue, isFalse: [] };
  }

  #addOperands(atoms: readonly AtomicConstraint[]): void {
    const groups = new Map<string, AtomicConstraint[]>();
    for (const atom of atoms) {
      const key = factOf(atom.operand);
      if (isAmbiguous(atom.operand) || key === 'dateTime' || key === 'count') continue;
      const group = JSON.stringify([atom.value.type, atom.value.type === 'ordered' ? key : termsKey(atom)]);
      groups.set(group, [...(groups.get(group) ?? []), atom]);
    }
    for (const [first, ...rest] of groups.values()) {
      if (!first) continue;
      const key = factOf(first.operand);
      if (first.value.type === 'ordered') this.quantities.set(key, new Quantity(this.space, key, [first, ...rest]));
      else this.terms.set(termsKey(first), new Terms(this.space, key, [first, ...rest], this.#knowledge));
    }
  }

  #addDeed(duty: Duty): void {
    const key = deedKey(duty);
    if (this.deeds.has(key)) return;
    this.deeds.set(key, { duty, dimension: this.space.add([[0, 1]], { what: 'duty', of: key }) });
  }
}

/** One fact read in two ways is two facts here: what is then proven holds for both readings. */
function termsKey({ operand }: AtomicConstraint): string {
  return `${readingOf(operand)} ${factOf(operand)}`;
}
