import type { Problem } from './model.js';

/**
 * - `POLICY_INVALID`: a policy that had to be right is not; `problems` says where.
 * - `NOT_ON_DSP`: the Dataspace Protocol cannot carry this policy unchanged; `problems` says which part.
 */
export type PolicyErrorCode = 'POLICY_INVALID' | 'NOT_ON_DSP';

export class PolicyError extends Error {
  readonly code: PolicyErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: PolicyErrorCode, message: string, problems: readonly Problem[], options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PolicyError';
    this.code = code;
    this.problems = problems;
  }
}
