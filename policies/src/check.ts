import type { Problem } from './model.js';
import { type ParseOptions, parsePolicy } from './parse/policy.js';

export interface CheckResult {
  /** Why the policy is refused. Empty: it can be decided. */
  readonly problems: readonly Problem[];
  /** What is well formed and probably not meant. */
  readonly warnings: readonly Problem[];
}

/** Every mistake of a policy and every warning about it, each with its place and, where one is near, what was meant. */
export function checkPolicy(json: unknown, options: ParseOptions = {}): CheckResult {
  const result = parsePolicy(json, options);
  if (!result.ok) return { problems: result.problems, warnings: [] };
  return { problems: [], warnings: result.warnings };
}
