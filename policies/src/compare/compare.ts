import type { CompareContext, Comparison, Knowledge, Policy, Reason } from '../model.js';
import { Budget, TooComplex } from './budget.js';
import { voidingPair } from './conflict.js';
import { compareHeaders, type Findings, inContext } from './headers.js';
import { compareOwed } from './owed.js';
import { declaresOnly } from './parts.js';
import { compareRules, type Found } from './rules.js';
import { Universe } from './universe.js';
import { isVerbatim } from './verbatim.js';

/**
 * Whether a request asks no more than an offer grants: as meaning, not as text. `within` only when proven: whatever the request
 * would permit as an agreement, under any facts, the offer would permit, and every prohibition, duty and obligation of the offer is
 * kept. Otherwise the reasons name each difference, and `exceeds` brings a concrete request and facts where one exists.
 *
 * Permissions and prohibitions become regions over everything that a decision may look at; a request is within when its regions
 * without the offer's leave nothing. The work is bounded: beyond the bound the verdict is `unknown` (docs/decisions/0011).
 *
 * @param context who requests and, for an offer out of a catalog, the dataset and the provider it stands for.
 */
export function compareRequest(request: Policy, offer: Policy, context?: CompareContext): Comparison {
  return compareWithin(request, offer, context, new Budget());
}

/** As `compareRequest`, with this much work. */
export function compareWithin(
  request: Policy,
  offer: Policy,
  context: CompareContext | undefined,
  budget: Budget,
): Comparison {
  const headers = compareHeaders(request, offer, context);
  const asked = inContext(request, context, true);
  const granted = inContext(offer, context, false);
  // Whatever the context adds to a request narrows it: one that is not void by itself is not void in it.
  const pair = voidingPair(request) && voidingPair(asked);
  if (pair) {
    const [permission, { path }] = pair;
    return {
      verdict: 'unknown',
      reasons: [
        {
          code: 'POLICY_VOID',
          path,
          en: `it conflicts with ${permission.path}, so the request voids itself: set odrl:conflict to prohibit`,
          zh: `它与 ${permission.path} 冲突，请求因此自行失效：请将冲突策略设为 prohibit`,
        },
      ],
    };
  }
  compareOwed(asked, granted, headers);
  if (isVerbatim(asked, granted)) return concluded(headers, { verdict: 'unknown', reasons: [] });
  try {
    const knowledge = context?.knowledge;
    const found = compareRules(asked, granted, new Universe([asked, granted], budget, { knowledge }));
    return concluded(headers, found.reasons.length === 0 ? statedOnly(asked, granted, budget, knowledge) : found);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    const reason: Reason = {
      code: 'TOO_COMPLEX',
      path: '',
      en: 'the two policies are too complex to compare: write the request as the offer stands, or simpler',
      zh: '两份策略过于复杂，无法比较：请按要约原文书写请求，或将其简化',
    };
    return concluded(headers, { verdict: 'unknown', reasons: [reason] });
  }
}

function concluded(headers: Findings, found: Found): Comparison {
  const reasons = [...headers.reasons, ...found.reasons];
  if (reasons.length === 0) return { verdict: 'within' };
  const verdict = headers.exceeds || found.verdict === 'exceeds' ? 'exceeds' : 'unknown';
  return { verdict, reasons, ...(found.witness ? { witness: found.witness } : {}) };
}

/**
 * What is marked `declaredOnly` is not decided, and agreed all the same: a request must not drop it. Here it is compared as if it were
 * decided, after the request was found to be within the offer without it.
 */
function statedOnly(asked: Policy, granted: Policy, budget: Budget, knowledge: Knowledge | undefined): Found {
  if (!declaresOnly(asked) && !declaresOnly(granted)) return { verdict: 'unknown', reasons: [] };
  const { verdict, reasons } = compareRules(
    asked,
    granted,
    new Universe([asked, granted], budget, { view: 'stated', knowledge }),
  );
  return { verdict, reasons: reasons.map((reason) => ({ ...reason, code: 'DECLARED_ONLY_DIFFERS' })) };
}
