import { type CompiledPolicy, compile, decide, type Facts, knownWithin, reportRules } from '@causeway/policies';
import type { JsonObject, Reason } from '../model.js';
import { reason } from '../reasons.js';
import { isReason, readTerms } from './terms.js';

/** Boundaries of a policy that are looked at. */
const mostBoundaries = 1_000;

/**
 * Why nothing would ever be permitted under these terms from now on, whatever the facts will be: their windows have passed. A
 * contract that permits nothing would promise its consumer what it cannot have. Undefined while anything may be.
 *
 * @param now milliseconds since the epoch
 */
export function neverPermits(
  terms: JsonObject,
  { assignee, target }: { readonly assignee: string; readonly target: string },
  now: number,
): Reason | undefined {
  const policy = readTerms(terms, 'Request');
  if (isReason(policy)) return policy;
  const compiled = compile({ ...policy, kind: 'Agreement' });
  const actions = new Set(['use', ...policy.permissions.flatMap(({ action }) => action ?? [])]);
  for (const action of actions) if (mayPermit(compiled, { action, assignee, target }, now)) return undefined;
  const { reasons } = decide(compiled, { action: 'use', assignee, target }, factsAt(now));
  const [en, zh] = [reasons.map((one) => one.en).join('; '), reasons.map((one) => one.zh).join('；')];
  return reason(
    'OFFER_EXPIRED',
    `Nothing can be permitted under this offer any more: ${en}`,
    `此要约已不再允许任何使用：${zh}`,
  );
}

function mayPermit(compiled: CompiledPolicy, request: Parameters<typeof decide>[1], now: number): boolean {
  let at: number | undefined = now;
  for (let looked = 0; looked < mostBoundaries; looked++) {
    const facts = factsAt(at);
    const active = new Map(reportRules(compiled, request, facts).map(({ rule, active }) => [rule, active]));
    const { policy } = compiled;
    const barred = policy.conflict !== 'perm' && policy.prohibitions.some(({ rule }) => active.get(rule) === true);
    if (!barred && policy.permissions.some(({ rule }) => active.get(rule) !== false)) return true;
    at = decide(compiled, request, facts).until;
    if (at === undefined) return false;
  }
  // So many windows are not looked through to the end: nobody is wronged by an agreement too many.
  return true;
}

/** Only the time is known; a use is still to be had, and every duty may yet be fulfilled. */
function factsAt(now: number): Facts {
  return { now, within: knownWithin, counts: () => 0, duties: () => 'fulfilled' };
}
