import { type Capabilities, type Policy, type Problem, unenforced } from '@causeway/policies';
import { keptObligations, unkeptDuties } from '../duties/capabilities.js';
import { sourcesOfFacts } from './table.js';

/** What this software enforces, on either side of an agreement. */
const capabilities: Capabilities = {
  operands: sourcesOfFacts,
  // A transfer lets go of the whole file: it is a use, and no narrower one. The consumer's connector passes nothing on.
  actions: ['use', 'distribute'],
  // Nothing is masked, paid or consented to before a file is sent.
  duties: [],
  obligations: keptObligations,
};

/**
 * What a policy asks for and nobody would enforce, each place once: it is refused at publication and at agreement, unless its author
 * marks it as declared only, which both sides see.
 */
export function enforcedByNobody(policy: Policy, provider: string): Problem[] {
  const problems = [...unenforced(policy, capabilities), ...unkeptDuties(policy, provider)];
  return problems.filter(({ path }, at) => problems.findIndex((other) => other.path === path) === at);
}
