import type { Duty, Policy, Rule } from '../model.js';
import { includedIn } from '../odrl/actions.js';
import { keeps, owedAtLeast } from './duties.js';
import type { Findings } from './headers.js';

/**
 * What is owed beside the preconditions of permissions: obligations of the policy and remedies of prohibitions. Each of the offer's must
 * be one of the request's, or be kept by a stricter one; and a request must not oblige the provider.
 */
export function compareOwed(request: Policy, offer: Policy, found: Findings): void {
  for (const duty of offer.obligations) {
    if (isAmong(duty, request.obligations)) continue;
    found.add(
      'exceeds',
      'OBLIGATION_DROPPED',
      request.obligations.find(({ action }) => action === duty.action)?.path ?? '/obligation',
      `the offer obliges to ${duty.action} (${duty.path}); the request does not oblige as far`,
      `要约规定了义务 ${duty.action}（${duty.path}）；请求未作同等规定`,
    );
  }
  for (const prohibition of offer.prohibitions) {
    for (const duty of prohibition.remedies) {
      if (request.prohibitions.some((rule) => prohibitsAsMuch(rule, prohibition) && isAmong(duty, rule.remedies)))
        continue;
      found.add(
        'exceeds',
        'DUTY_DROPPED',
        '/prohibition',
        `the offer demands ${duty.action} where ${prohibition.path} is broken (${duty.path}); the request does not`,
        `要约规定违反 ${prohibition.path} 时须履行 ${duty.action}（${duty.path}）；请求未作同等规定`,
      );
    }
  }
  for (const duty of request.obligations) {
    const foreign = duty.assignees?.find(({ id }) => !request.assignees?.some((party) => party.id === id));
    if (foreign === undefined || offer.obligations.some((each) => keeps(each, duty) && keeps(duty, each))) continue;
    found.add(
      'exceeds',
      'OBLIGATION_ADDED',
      duty.path,
      `the request obliges ${foreign.id} to ${duty.action}, and the offer does not`,
      `请求规定 ${foreign.id} 须履行 ${duty.action}，而要约没有`,
    );
  }
}

function isAmong(duty: Duty, duties: readonly Duty[]): boolean {
  return duties.some((each) => keeps(each, duty) && owedAtLeast(each, duty));
}

function prohibitsAsMuch(strict: Rule, loose: Rule): boolean {
  if (strict.action === undefined) return true;
  return loose.action !== undefined && includedIn(loose.action, strict.action);
}
