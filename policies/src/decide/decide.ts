import type { DecideOptions, Decision, DecisionRequest, Facts, Reason, Reservation, Truth } from '../model.js';
import { type ActionTerm, actionOf } from '../odrl/actions.js';
import { termOf } from '../odrl/terms.js';
import { earlier } from './clock.js';
import { combinationsOf, hasSeveral, mostCombinations, type Values } from './combinations.js';
import { barring, type CompiledPolicy, type CompiledRule } from './compile.js';
import type { Situation } from './condition.js';
import { isSettled } from './duties.js';
import { explainPermission, type Miss, nearer, prohibited, unmatched } from './explain.js';
import type { Matcher } from './match.js';
import { reason } from './sentences.js';

const kinds = { agreement: 'Agreement', offer: 'Offer', set: 'Set' } as const;

/**
 * Decides one request under one agreement (ODRL 2.2 Information Model, 2.6 to 2.10; W3C formal semantics). Denies by default: what is
 * not known is not permitted, and an undecided prohibition prohibits.
 *
 * A request for an action is about that action itself: prohibiting `distribute` bars `distribute` and what is included in it, and
 * not the `use` it is included in.
 *
 * @param options `as` must be named for anything but an Agreement: an offer is not a grant.
 */
export function decide(
  compiled: CompiledPolicy,
  request: DecisionRequest,
  facts: Facts,
  options: DecideOptions = {},
): Decision {
  const refused = refusal(compiled, request, facts, options);
  if (refused !== undefined) return deny([refused]);
  const asked = askedOf(compiled, request);
  if (asked === undefined) return deny([reason('ACTION_UNKNOWN', '', { action: request.action })]);
  const situation = situationOf(facts, options);
  return hasSeveral(compiled.oneByOne, facts.values)
    ? decideEach(compiled, asked, situation, facts, facts.values)
    : decideOne(compiled, asked, situation, facts);
}

/** A use for several purposes, at several places, is permitted when it is for each of them. */
function decideEach(
  compiled: CompiledPolicy,
  asked: Asked,
  situation: Numbered,
  facts: Facts,
  whole: Values,
): Decision {
  const combinations = combinationsOf(compiled.oneByOne, whole);
  if (combinations === undefined) return deny([reason('UNDECIDABLE', '', { most: String(mostCombinations) })]);
  const reserve: Reservation[] = [];
  let rule: string | undefined;
  let until: number | undefined;
  for (const values of combinations) {
    const found = decideOne(compiled, asked, { ...situation, values, whole }, facts);
    if (!found.permit) return found;
    rule ??= found.rule;
    until = earlier(until, found.until);
    for (const each of found.reserve) add(reserve, each);
  }
  // INVARIANT: there is at least one combination, so a rule was found.
  return permit(rule ?? '', reserve, until);
}

// Written out, because copying a decision would take longer than taking it.
function permit(rule: string, reserve: readonly Reservation[], until: number | undefined): Decision {
  if (until === undefined) return { permit: true, reasons: nothing, rule, reserve };
  return { permit: true, reasons: nothing, rule, reserve, until };
}

function deny(reasons: readonly Reason[], until?: number): Decision {
  if (until === undefined) return { permit: false, reasons, reserve: nothing };
  return { permit: false, reasons, reserve: nothing, until };
}

/** Shared by all decisions, so nobody may put anything in. */
const nothing: readonly never[] = Object.freeze([]);

/** Why this policy is not asked at all. */
function refusal(
  { kind, voided }: CompiledPolicy,
  request: DecisionRequest,
  facts: Facts,
  options: DecideOptions,
): Reason | undefined {
  const as = kinds[options.as ?? 'agreement'];
  if (kind !== as) return reason('NOT_A_GRANT', '', { kind, as });
  if (voided) {
    const [permission, prohibition] = voided;
    return reason('POLICY_VOID', prohibition.path, { with: permission.path });
  }
  const malformed = malformedFact(request, facts);
  return malformed === undefined ? undefined : reason('FACT_MALFORMED', '', { fact: malformed });
}

/** Which part of what is asked or known is no request and no fact at all. */
export function malformedFact(request: DecisionRequest, facts: Facts): string | undefined {
  if (!Number.isSafeInteger(facts.now)) return 'now';
  if (typeof request.action !== 'string') return 'action';
  if (typeof request.assignee !== 'string' || request.assignee === '') return 'assignee';
  if (facts.assignee !== undefined && facts.assignee !== request.assignee) return 'assignee';
  if (typeof request.target !== 'string' || request.target === '') return 'target';
  return undefined;
}

/** A request whose action is known. */
export interface Asked {
  readonly action: ActionTerm;
  readonly target: string;
  readonly assignee: string;
  /** Actions whose prohibition bars it. */
  readonly barring: readonly ActionTerm[];
  /**
   * An action only the policy's own profile knows: what it is included in was said there and is not known here, so any prohibition
   * may be of it.
   */
  readonly foreign: boolean;
}

export function askedOf({ policy }: CompiledPolicy, { action, target, assignee }: DecisionRequest): Asked | undefined {
  const known = actionOf(action) ?? actionOf(termOf(action));
  if (known !== undefined) return { action: known, target, assignee, barring: barring(known), foreign: false };
  const term = termOf(action);
  const named = [...policy.permissions, ...policy.prohibitions].some((rule) => rule.action === term);
  return named ? { action: term, target, assignee, barring: [term], foreign: true } : undefined;
}

/** A situation whose use is numbered for one permission after another. What keeps it for later keeps a copy. */
export type Numbered = Situation & { use: number | undefined };

export function situationOf(facts: Facts, options: DecideOptions): Numbered {
  const { now, values = none, within, memberOf, duties } = facts;
  const lenient = options.lenientDuties === true;
  return { now, use: undefined, values, whole: values, within, memberOf, duties, lenient };
}

const none: Values = {};

/** A decision for one name of each fact. */
function decideOne(compiled: CompiledPolicy, asked: Asked, situation: Numbered, facts: Facts): Decision {
  const { barred, first } = compiled;
  const { now, values } = situation;
  let until: number | undefined;
  if (barred !== undefined && (asked.foreign || touches(barred, asked.barring))) {
    for (const each of compiled.prohibitions) {
      if (!mayBar(each, asked) || speaksOf(each, asked, situation) === false) continue;
      // As long as this one stands, the verdict does; while it does not, it may be about to.
      const change = each.terms.clock?.(now, values);
      const truth = bars(each, asked, situation);
      if (truth !== false) return deny([prohibited(each, asked, situation, truth)], change);
      until = earlier(until, change);
    }
  }
  let least: Miss | undefined;
  let fresh: CompiledRule | undefined;
  let use: number | undefined;
  // When one that does not grant now may begin to; of no account once another grants.
  let waiting = until;
  for (let each = first; each !== undefined; each = each.next) {
    if (!permitsAction(each, asked) || speaksOf(each, asked, situation) === false) continue;
    const counts = each.terms.steps !== undefined;
    situation.use = counts ? useNumber(each, facts) : undefined;
    if (grants(each, asked, situation)) {
      if (!counts || facts.reserved?.(each.key)) return permit(each.key, nothing, lasting(each, until, situation));
      if (fresh === undefined) [fresh, use] = [each, situation.use];
      // A use is reserved under another rule only where none that has it grants it.
      if (!facts.reserved) break;
    } else if (fresh === undefined) {
      least = nearer(least, explainPermission(each, asked, { ...situation }));
      waiting = lasting(each, waiting, situation);
    }
  }
  if (fresh)
    return permit(fresh.key, [reservationFor(fresh, use ?? 0, asked, situation)], lasting(fresh, until, situation));
  return deny(least?.reasons() ?? [unmatched(compiled.permissions, asked, situation)], waiting);
}

function lasting(
  { terms: { clock } }: CompiledRule,
  until: number | undefined,
  { now, values }: Situation,
): number | undefined {
  return clock === undefined ? until : earlier(until, clock(now, values));
}

function touches(actions: ReadonlySet<ActionTerm>, asked: readonly ActionTerm[]): boolean {
  for (const action of asked) if (actions.has(action)) return true;
  return false;
}

export function permitsAction({ actions }: CompiledRule, { action }: Asked): boolean {
  return actions === undefined || actions.has(action);
}

function mayBar({ actions }: CompiledRule, { barring: barred, foreign }: Asked): boolean {
  return foreign || actions === undefined || touches(actions, barred);
}

/** Whether a prohibition is about this request, before its constraints. */
export function aimsAt(each: CompiledRule, asked: Asked, situation: Situation): Truth {
  if (!mayBar(each, asked)) return false;
  const target = selects(each.targets, asked.target, situation);
  if (target === false) return false;
  const assignee = selects(each.assignees, asked.assignee, situation);
  if (assignee === false) return false;
  const meant = each.actions === undefined || touches(each.actions, asked.barring);
  return meant && target && assignee ? true : undefined;
}

function bars(each: CompiledRule, asked: Asked, situation: Situation): Truth {
  const active = each.terms.condition(situation);
  if (active === false) return false;
  const doing = each.terms.refined(situation);
  if (doing === false) return false;
  const aimed = aimsAt(each, asked, situation);
  return aimed === false ? false : active && doing && aimed;
}

/** Whether a rule names what and who is asked for; whether it selects them its refinements say. */
export function speaksOf(each: CompiledRule, { target, assignee }: Asked, situation: Situation): Truth {
  const { onlyTarget, onlyAssignee } = each;
  const one = onlyTarget === undefined ? names(each.targets, target, situation) : onlyTarget === target;
  if (one === false) return false;
  const other = onlyAssignee === undefined ? names(each.assignees, assignee, situation) : onlyAssignee === assignee;
  return other === true ? one : other;
}

function names(matchers: readonly Matcher[], id: string, situation: Situation): Truth {
  let truth: Truth = true;
  for (const matcher of matchers) {
    const found = matcher.names(id, situation);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

export function selects(matchers: readonly Matcher[], id: string, situation: Situation): Truth {
  let truth: Truth = true;
  for (const matcher of matchers) {
    const found = matcher.selects(id, situation);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

function grants(each: CompiledRule, { target, assignee }: Asked, situation: Situation): boolean {
  if (each.terms.condition(situation) !== true || each.terms.refined(situation) !== true) return false;
  // INVARIANT: `speaksOf` came before, so an only name is the one asked for.
  if (each.onlyTarget === undefined && selects(each.targets, target, situation) !== true) return false;
  if (each.onlyAssignee === undefined && selects(each.assignees, assignee, situation) !== true) return false;
  for (const duty of each.duties) if (!isSettled(duty, situation)) return false;
  return true;
}

/** Counting from one. A use reserved under this rule is among those counted. */
export function useNumber({ key }: CompiledRule, facts: Facts): number | undefined {
  const used = facts.counts?.(key);
  if (used === undefined || !Number.isSafeInteger(used) || used < 0) return undefined;
  return facts.reserved?.(key) ? Math.max(used, 1) : used + 1;
}

/** How many uses may be stored while everything but the count stays as it is. */
function reservationFor(each: CompiledRule, use: number, asked: Asked, situation: Numbered): Reservation {
  const { steps, counting } = each.terms;
  for (const step of steps ?? nothing) {
    if (step <= use) continue;
    situation.use = step;
    if (counting(situation) === true && (!each.countsSelected || grants(each, asked, situation))) continue;
    return { rule: each.key, limit: step - 1 };
  }
  return { rule: each.key, limit: Number.MAX_SAFE_INTEGER };
}

function add(reserve: Reservation[], found: Reservation): void {
  const at = reserve.findIndex(({ rule }) => rule === found.rule);
  const other = reserve[at];
  if (other === undefined) reserve.push(found);
  else if (found.limit < other.limit) reserve[at] = found;
}
