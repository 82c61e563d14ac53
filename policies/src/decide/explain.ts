import type { AtomicConstraint, Constraint, Reason, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { doingZh } from '../words/actions.js';
import { dutyWords } from '../words/duty.js';
import { namesText } from '../words/text.js';
import { situationWords } from '../words.js';
import type { CompiledRule } from './compile.js';
import { atomTruth, clockTruth, factFor, type Situation, truthIn } from './condition.js';
import type { Asked } from './decide.js';
import { type CompiledDuty, isSettled } from './duties.js';
import { isOrBelongs, type Matcher, refinedFor, type Selection } from './match.js';
import { explainAtom } from './needs.js';
import { isPassing } from './readings.js';
import { reason } from './sentences.js';

/** What keeps something from holding. */
export interface Weight {
  /** How many conditions. */
  readonly misses: number;
  /** How many of them nothing can change any more. */
  readonly hopeless: number;
  /** Milliseconds until time mends the last of them, or since time spoiled it; 0 where time has no part in it. */
  readonly wait: number;
  /** Of alternatives the lightest. */
  readonly chosen?: Constraint;
}

/** Sentences are made only for the miss that is told. */
export interface Miss extends Weight {
  reasons(): Reason[];
}

/** The smaller set; of equal ones that which can still change, and soonest. */
export function nearer<W extends Weight>(found: W | undefined, other: W): W;
export function nearer<W extends Weight>(found: W | undefined, other: W | undefined): W | undefined;
export function nearer<W extends Weight>(found: W | undefined, other: W | undefined): W | undefined {
  if (found === undefined || other === undefined) return found ?? other;
  const order = other.misses - found.misses || other.hopeless - found.hopeless || other.wait - found.wait;
  return order < 0 ? other : found;
}

function together(parts: readonly (Miss | undefined)[]): Miss | undefined {
  const found = parts.filter((part) => part !== undefined);
  const [first, second] = found;
  if (second === undefined) return first;
  const weight = found.reduce<Weight | undefined>(plus, undefined) ?? one;
  return { ...weight, reasons: () => found.flatMap((each) => each.reasons()) };
}

/** What would have to change for this permission to hold; `undefined`: nothing. */
export function explainPermission(each: CompiledRule, asked: Asked, situation: Situation): Miss | undefined {
  return together([
    ...each.targets.map((matcher) => selectionMiss(matcher, asked.target, situation)),
    ...each.assignees.map((matcher) => selectionMiss(matcher, asked.assignee, situation)),
    ...each.constraints.map((constraint) => missOf(constraint, situation)),
    ...each.refinements.map((refinement) => refinementMiss(refinement, situation)),
    ...each.duties.map((duty) => dutyMiss(duty, situation)),
  ]);
}

function missOf(constraint: Constraint, situation: Situation): Miss | undefined {
  const weight = weigh(constraint, situation);
  return weight && { ...weight, reasons: () => reasonsIn(constraint, situation, weight) };
}

const one: Weight = { misses: 1, hopeless: 0, wait: 0 };

/** Weighs hundreds of alternatives in microseconds, so it makes no lists and no sentences. */
function weigh(constraint: Constraint, situation: Situation): Weight | undefined {
  if ('operand' in constraint) return weighAtom(constraint, situation);
  const { logic, operands } = constraint;
  if (logic === 'and' || logic === 'andSequence') {
    let sum: Weight | undefined;
    for (const each of operands) sum = plus(sum, weigh(each, situation));
    return sum;
  }
  let best: Weight | undefined;
  let chosen: Constraint | undefined;
  let held = 0;
  for (const each of operands) {
    const weight = weigh(each, situation);
    if (weight === undefined) held += 1;
    if (held > 0 && logic === 'or') return undefined;
    const lighter = weight && nearer(best, weight);
    if (lighter === best) continue;
    best = lighter;
    chosen = each;
  }
  if (held === 0 && best) return { misses: best.misses, hopeless: best.hopeless, wait: best.wait, chosen };
  return held === 1 && truthIn(situation, constraint) === true ? undefined : one;
}

function plus(sum: Weight | undefined, more: Weight | undefined): Weight | undefined {
  if (sum === undefined || more === undefined) return sum ?? more;
  return {
    misses: sum.misses + more.misses,
    hopeless: sum.hopeless + more.hopeless,
    wait: Math.max(sum.wait, more.wait),
  };
}

/** Waiting may help, but what has come too late or was used up never comes back. */
function weighAtom(atom: AtomicConstraint, situation: Situation): Weight | undefined {
  const key = factOf(atom.operand);
  if (key === 'dateTime') return clockTruth(atom, situation.now) === true ? undefined : waitFor(atom, situation.now);
  const fact = factFor(atom, situation);
  if (atomTruth(atom, fact, situation.within) === true) return undefined;
  if (key === 'count') return atom.operator === 'lt' || atom.operator === 'lteq' ? over : one;
  return typeof fact?.value === 'number' && isPassing(atom.operand) ? waitFor(atom, fact.value) : one;
}

const over: Weight = { misses: 1, hopeless: 1, wait: 0 };

function waitFor({ operator, value }: AtomicConstraint, fact: number): Weight {
  if (value.type !== 'ordered') return one;
  const wait = value.high - fact;
  const hopeless = operator === 'lt' || operator === 'lteq' || wait < 0;
  return { misses: 1, hopeless: hopeless ? 1 : 0, wait: Math.abs(wait) };
}

/** What `weigh` found lightest, in words. */
function reasonsIn(constraint: Constraint, situation: Situation, weight = weigh(constraint, situation)): Reason[] {
  if (weight === undefined) return [];
  if ('operand' in constraint) return [explainAtom(constraint, situation)];
  const { logic, operands, path } = constraint;
  if (logic === 'and' || logic === 'andSequence') return operands.flatMap((each) => reasonsIn(each, situation));
  if (weight.chosen) return reasonsIn(weight.chosen, situation);
  const held = operands.filter((each) => weigh(each, situation) === undefined).length;
  return [
    {
      code: 'NOT_EXACTLY_ONE',
      path,
      en: `exactly one of ${operands.length} alternatives must hold, and ${held} hold or cannot be told apart`,
      zh: `${operands.length} 个条件须恰好满足其一，现有 ${held} 个满足或无法判定`,
    },
  ];
}

/** A refinement that is not met has its own code: the rule is active, and this doing or this member is not what it means. */
function refinementMiss(refinement: Constraint, situation: Situation): Miss | undefined {
  const miss = missOf(refinement, situation);
  if (miss === undefined || truthIn(situation, refinement) === undefined) return miss;
  return { ...miss, reasons: () => miss.reasons().map((each) => ({ ...each, code: 'REFINEMENT_NOT_MET' })) };
}

function selectionMiss(matcher: Matcher, id: string, situation: Situation): Miss | undefined {
  if (matcher.selects(id, situation) === true) return undefined;
  return matcher.selections
    .filter((selection) => isOrBelongs(selection, id, situation) !== false)
    .map((selection) => selectedMiss(matcher, selection, id, situation))
    .reduce(nearer, undefined);
}

function selectedMiss({ path }: Matcher, selection: Selection, id: string, situation: Situation): Miss | undefined {
  const { id: collection, refinements } = selection;
  if (isOrBelongs(selection, id, situation) === undefined) {
    const unknown = { ...one, reasons: () => [reason('MEMBERSHIP_UNKNOWN', path, { member: id, collection })] };
    return together([unknown, ...refinements.map((each) => refinementMiss(each, situation))]);
  }
  if (refinements.length > 0 && selection.collection && id === collection) {
    return { ...one, reasons: () => [reason('REFINEMENT_NOT_MET', path, { collection })] };
  }
  if (refinedFor(selection, id, situation) === true) return undefined;
  return together(refinements.map((each) => refinementMiss(each, situation)));
}

function dutyMiss(compiled: CompiledDuty, situation: Situation): Miss | undefined {
  if (isSettled(compiled, situation)) return undefined;
  const { duty } = compiled;
  const violated = situation.duties?.(duty.duty) === 'violated';
  const reasons = (): Reason[] => {
    const { en, zh } = dutyWords(duty, undefined);
    return [
      {
        code: 'DUTY_NOT_FULFILLED',
        path: duty.path,
        en: violated
          ? `this duty was not fulfilled in time, and what follows from that is owed: ${en}`
          : `must be fulfilled first: ${en}`,
        zh: violated ? `此义务未按时履行，其后果亦须承担：${zh}` : `须先履行：${zh}`,
      },
    ];
  };
  return { ...one, hopeless: 0, reasons };
}

/** Why no permission speaks of the request at all; the nearest miss. */
export function unmatched(permissions: readonly CompiledRule[], asked: Asked, situation: Situation): Reason {
  const { action, target, assignee } = asked;
  const acting = permissions.filter(({ actions }) => actions === undefined || actions.has(action));
  const [first] = acting;
  if (first === undefined) {
    const names = [...new Set(permissions.map(({ rule }) => rule.action ?? 'use'))];
    const permitted = namesText(names, 'en') || 'nothing';
    return reason('ACTION_NOT_PERMITTED', '/permission', {
      action,
      permitted,
      zhPermitted: names.slice(0, 8).map(doingZh).join('、') || '无',
    });
  }
  const aimed = acting.filter(({ targets }) => targets.every((each) => each.names(target, situation) !== false));
  const [named] = aimed;
  if (named === undefined)
    return reason('TARGET_NOT_COVERED', failingPath(first.targets, target, situation), { target });
  return reason('ASSIGNEE_NOT_NAMED', failingPath(named.assignees, assignee, situation), { assignee });
}

function failingPath(matchers: readonly Matcher[], id: string, situation: Situation): string {
  return matchers.find((each) => each.names(id, situation) === false)?.path ?? '';
}

/** Why a prohibition bars: it holds, or nobody can say that it does not. */
export function prohibited(each: CompiledRule, asked: Asked, situation: Situation, truth: Truth): Reason {
  const { rule, constraints, refinements } = each;
  const action = rule.action ?? asked.action;
  if (truth === undefined) {
    const open = openOf(each, asked, situation);
    return {
      code: 'PROHIBITION_UNDECIDED',
      path: open?.path ?? rule.path,
      en: `${action} may be prohibited here, and that cannot be decided: ${open?.en ?? 'a fact is missing'}`,
      zh: `此处可能禁止${doingZh(action)}，且无法判定：${open?.zh ?? '缺少事实'}`,
    };
  }
  const words = [...constraints, ...refinements].map((constraint) => situationWords(constraint));
  const when = words.length > 0 ? ` (${words.map(({ en }) => en).join('; ')})` : '';
  const zhWhen = words.length > 0 ? `（${words.map(({ zh }) => zh).join('；')}）` : '';
  return {
    code: 'PROHIBITED',
    path: rule.path,
    en: `${action} is prohibited${when}`,
    zh: `禁止${doingZh(action)}${zhWhen}`,
  };
}

/** What keeps a prohibition from being decided. */
function openOf(
  { targets, assignees, constraints, refinements }: CompiledRule,
  asked: Asked,
  situation: Situation,
): Reason | undefined {
  const open = [
    ...targets.map((matcher) => openSelection(matcher, asked.target, situation)),
    ...assignees.map((matcher) => openSelection(matcher, asked.assignee, situation)),
    ...[...constraints, ...refinements].map((constraint) => openConstraint(constraint, situation)),
  ];
  return open.find((each) => each !== undefined);
}

function openSelection(matcher: Matcher, id: string, situation: Situation): Reason | undefined {
  if (matcher.selects(id, situation) !== undefined) return undefined;
  return selectionMiss(matcher, id, situation)?.reasons()[0];
}

function openConstraint(constraint: Constraint, situation: Situation): Reason | undefined {
  if (truthIn(situation, constraint) !== undefined) return undefined;
  if ('operand' in constraint) return explainAtom(constraint, situation);
  for (const each of constraint.operands) {
    const found = openConstraint(each, situation);
    if (found) return found;
  }
  return undefined;
}
