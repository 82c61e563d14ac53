import type { Problem } from './model.js';

/**
 * - `POLICY_INVALID`: a policy that had to be right is not; `problems` says where.
 * - `RECORD_INVALID`: a decision record is not one that `recordDecision` makes; the message says where.
 * - `NOT_ON_DSP`: the Dataspace Protocol cannot carry this policy unchanged; `problems` says which part.
 * - `TEMPLATE_INVALID`: a template was given other parameters than it names.
 * - `TEMPLATES_CONTRADICT`: templates put together permit nothing; `problems` says which terms.
 */
export type PolicyErrorCode =
  | 'POLICY_INVALID'
  | 'NOT_ON_DSP'
  | 'RECORD_INVALID'
  | 'TEMPLATE_INVALID'
  | 'TEMPLATES_CONTRADICT';

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
