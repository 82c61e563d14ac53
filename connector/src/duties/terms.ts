import type { Agreement } from '../model.js';

/** A duty that begins now. */
export interface Owed {
  /** Its place in the policy. */
  readonly duty: string;
  readonly action: string;
  /** The first millisecond in which it counts; absent: at once. */
  readonly from?: number;
  /** The last one. */
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

/** What the policy of an agreement demands. */
export const termsOf: TermsOf = () => ({ owed: () => [], consequences: () => [] });
