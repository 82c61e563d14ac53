import type { AtomicConstraint, Constraint, Reason, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { dutyWords } from '../words/duty.js';
import { namesText } from '../words/text.js';
import { constraintWords } from '../words.js';
import type { CompiledRule } from './compile.js';
import { factFor, type Situation, truthIn } from './condition.js';
import type { Asked } from './decide.js';
import { type CompiledDuty, isSettled } from './duties.js';
import { isOrBelongs, type Matcher, refinedFor, type Selection } from './match.js';
import { explainAtom } from './needs.js';
import { isPassing } from './readings.js';
import { reason } from './sentences.js';

/**
 * What keeps something from holding: how many conditions, how many of them nothing can change any more, and how long the others
 * take. Sentences are made only for the miss that is told.
 */
export interface Miss {
  readonly misses: number;
  readonly hopeless: number;
  /** Milliseconds until time mends it, or since time spoiled it; 0 where time has no part in it. */
  readonly wait: number;
  reasons(): Reason[];
}

/** The smaller set; of equal ones that which can still change, and soonest. */
export function nearer(one: Miss | undefined, other: Miss | undefined): Miss | undefined {
  if (one === undefined) return other;
  if (other === undefined) return one;
  const order = other.misses - one.misses || other.hopeless - one.hopeless || other.wait - one.wait;
  return order < 0 ? other : one;
}

function together(parts: readonly (Miss | undefined)[]): Miss | undefined {
  const found = parts.filter((part) => part !== undefined);
  const [first, second] = found;
  if (second === undefined) return first;
  let [misses, hopeless, wait] = [0, 0, 0];
  for (const each of found) {
    misses += each.misses;
    hopeless += each.hopeless;
    wait = Math.max(wait, each.wait);
  }
  return { misses, hopeless, wait, reasons: () => found.flatMap((each) => each.reasons()) };
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
  if ('operand' in constraint) {
    return truthIn(situation, constraint) === true ? undefined : atomMiss(constraint, situation);
  }
  const { logic, operands, path } = constraint;
  const parts = operands.map((each) => missOf(each, situation));
  if (logic === 'and' || logic === 'andSequence') return together(parts);
  const held = parts.filter((part) => part === undefined).length;
  if (held === 0 && parts.length > 0) return parts.reduce(nearer);
  if (logic === 'or' || (held === 1 && truthIn(situation, constraint) === true)) return undefined;
  return {
    ...one,
    reasons: () => [
      {
        code: 'NOT_EXACTLY_ONE',
        path,
        en: `exactly one of ${operands.length} alternatives must hold, and ${held} hold or cannot be told apart`,
        zh: `${operands.length} 个条件须恰好满足其一，现有 ${held} 个满足或无法判定`,
      },
    ],
  };
}

const one = { misses: 1, hopeless: 0, wait: 0 } as const;

function atomMiss(atom: AtomicConstraint, situation: Situation): Miss {
  return { ...prospect(atom, situation), reasons: () => [explainAtom(atom, situation)] };
}

/** Whether waiting helps: what has come too late or was used up never comes back. */
function prospect(atom: AtomicConstraint, situation: Situation): Omit<Miss, 'reasons'> {
  const { operator, value } = atom;
  const key = factOf(atom.operand);
  const upper = operator === 'lt' || operator === 'lteq';
  if (key === 'count') return { ...one, hopeless: upper ? 1 : 0 };
  if (value.type !== 'ordered' || (key !== 'dateTime' && !isPassing(atom.operand))) return one;
  const fact = key === 'dateTime' ? situation.now : factFor(atom, situation)?.value;
  if (typeof fact !== 'number') return one;
  const wait = value.high - fact;
  return { misses: 1, hopeless: upper || wait < 0 ? 1 : 0, wait: Math.abs(wait) };
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
      zhPermitted: namesText(names, 'zh') || '无',
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
      zh: `此处可能禁止 ${action}，且无法判定：${open?.zh ?? '缺少事实'}`,
    };
  }
  const words = [...constraints, ...refinements].map((constraint) => constraintWords(constraint));
  const when = words.length > 0 ? ` (${words.map(({ en }) => en).join('; ')})` : '';
  const zhWhen = words.length > 0 ? `（${words.map(({ zh }) => zh).join('；')}）` : '';
  return { code: 'PROHIBITED', path: rule.path, en: `${action} is prohibited${when}`, zh: `禁止 ${action}${zhWhen}` };
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
