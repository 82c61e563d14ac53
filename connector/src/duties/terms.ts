import { parseStatement } from '@causeway/evidence';
import { advanceDuty, type DutyInstance, startDuties } from '@causeway/policies';
import type { Agreement } from '../model.js';
import { compiledOf } from '../transfer/decision.js';

/** A duty that begins now. */
export interface Owed {
  /** Its place in the policy. */
  readonly duty: string;
  readonly action: string;
  /** The last millisecond in which it counts. */
  readonly due?: number;
}

/** What an agreement demands after delivery. */
export interface Terms {
  /** What a delivery at this time brings. */
  owed(delivered: number): readonly Owed[];
  /** What is owed in addition because this duty, brought by a delivery at that time, was violated at that one. */
  consequences(duty: string, when: { readonly delivered: number; readonly violated: number }): readonly Owed[];
}

export type TermsOf = (agreement: Pick<Agreement, 'digest' | 'policy' | 'statement'>) => Terms;

/**
 * What the policy of an agreement demands: its obligations, for each delivery. What nobody can enforce is not among them; its
 * author said so.
 *
 * @throws ConnectorError POLICY_INVALID
 */
export const termsOf: TermsOf = (agreement) => {
  const { policy } = compiledOf(agreement);
  const actions = new Map(
    policy.obligations.flatMap((duty) => [duty, ...duty.consequences]).map(({ duty, action }) => [duty, action]),
  );
  const owed = ({ duty, deadline }: DutyInstance): Owed => ({
    ...{ duty, action: actions.get(duty) ?? '' },
    ...(deadline === undefined ? {} : { due: deadline - 1 }),
  });
  // Whether one is late already is for whoever keeps it to find.
  const begun = (delivered: number): DutyInstance[] =>
    policy.obligations.length === 0
      ? []
      : startDuties(policy, { agreed: agreedIn(agreement), delivered }, Number.NEGATIVE_INFINITY).filter(
          ({ kind }) => kind === 'obligation',
        );
  return {
    owed: (delivered) => begun(delivered).map(owed),
    consequences(duty, { delivered, violated: at }) {
      const root = begun(delivered).find((one) => one.duty === duty);
      if (root === undefined) return [];
      return advanceDuty(policy, root, { type: 'violated', at, evidence: duty }).activated.map(owed);
    },
  };
};

function agreedIn({ statement }: Pick<Agreement, 'statement'>): number {
  const { statement: agreed } = parseStatement(statement);
  return Date.parse(agreed.time);
}
