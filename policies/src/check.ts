import { qualityOf } from './compare/quality.js';
import type { Problem } from './model.js';
import { type ParseOptions, parsePolicy } from './parse/policy.js';

export interface CheckResult {
  /** Why the policy is refused. Empty: it can be decided. */
  readonly problems: readonly Problem[];
  /** What is well formed and probably not meant. */
  readonly warnings: readonly Problem[];
}

/**
 * Every mistake of a policy and every warning about it, each with its place and, where one is near, what was meant. Beside what
 * `parsePolicy` says it judges the policy as a whole: what can never be true, what says nothing new, what leaves nothing permitted.
 */
export function checkPolicy(json: unknown, options: ParseOptions = {}): CheckResult {
  const result = parsePolicy(json, options);
  if (!result.ok) return { problems: result.problems, warnings: [] };
  const { policy, warnings } = result;
  const known = new Set(warnings.map(keyOf));
  return { problems: [], warnings: [...warnings, ...qualityOf(policy).filter((each) => !known.has(keyOf(each)))] };
}

function keyOf({ code, path }: Problem): string {
  return `${code} ${path}`;
}
