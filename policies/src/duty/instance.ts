import type { DutyState } from '../model.js';

/**
 * What may follow on what (Information Model 2.6; W3C formal semantics, life cycle of a duty). A duty that was violated stays owed: it can
 * still be fulfilled, late, and its consequences are owed all the same. Fulfilled is final.
 */
export const dutyTransitions: Readonly<Record<DutyState, readonly DutyState[]>> = {
  pending: ['fulfilled', 'violated'],
  violated: ['fulfilled'],
  fulfilled: [],
};

export type DutyKind = 'duty' | 'obligation' | 'consequence' | 'remedy';

/** One duty under one agreement, or under one delivery of it: plain JSON, kept by the caller. Times are milliseconds since the epoch. */
export interface DutyInstance {
  /** The duty's key in its policy. */
  readonly duty: string;
  readonly kind: DutyKind;
  readonly state: DutyState;
  /** Since when it is owed: the agreement, or the violation that it follows from. */
  readonly since: number;
  /** The delivery from which an obligation's periods count. */
  readonly delivered?: number;
  /** The first millisecond at which it is late; absent: never by time alone. */
  readonly deadline?: number;
  /** When it was violated: the deadline, or when somebody found that it cannot be fulfilled any more. */
  readonly violated?: number;
  readonly fulfilled?: number;
  /** It was fulfilled after it had been violated. */
  readonly late?: true;
  /** What shows the fulfilment or the violation: an id or digest that means something to the caller. */
  readonly evidence?: string;
  /** The duty or prohibition whose violation made it owed: of a consequence and a remedy. */
  readonly because?: string;
}

/** What happens to a duty. `at` is by the caller's own clock: whoever owes it does not say when it was done. */
export type DutyEvent =
  | { readonly type: 'time'; readonly at: number }
  | { readonly type: 'delivered'; readonly at: number }
  | { readonly type: 'fulfilled'; readonly at: number; readonly evidence: string }
  | { readonly type: 'violated'; readonly at: number; readonly evidence: string };
