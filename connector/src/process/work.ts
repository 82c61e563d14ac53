import type { Commit } from '@causeway/platform';
import type { Answer, JsonObject, Reason } from '../model.js';

export const processKinds = ['negotiation', 'transfer'] as const;
export type ProcessKind = (typeof processKinds)[number];

/** A message of ours, saved with the move that causes it. Pids, tokens and data addresses are added at each send. */
export interface SendWork {
  readonly kind: 'send';
  readonly process: ProcessKind;
  readonly pid: string;
  /** `@type`, `@id` and what is particular to the type. */
  readonly message: JsonObject;
  /** The state this message moves the process to. */
  readonly move: string;
}

/** A decision to take about a process that has entered `state`. */
export interface DecideWork {
  readonly kind: 'decide';
  readonly process: ProcessKind;
  readonly pid: string;
  readonly state: string;
  /** Moves of the process when it was asked: a later state is another question, whatever its name. */
  readonly moves: number;
}

/** Ask the provider where a negotiation stands that we have verified and that has not been finalized. */
export interface AskWork {
  readonly kind: 'ask';
  readonly process: 'negotiation';
  readonly pid: string;
}

export type DspWork = SendWork | DecideWork | AskWork;

/** What a decider can answer; which of them a stage understands is for the stage. */
export type Decision =
  | { readonly move: 'hold' }
  | { readonly move: 'proceed' }
  | { readonly move: 'offer' | 'request'; readonly offer: JsonObject }
  | { readonly move: 'accept' | 'suspend' | 'complete' }
  /** Wait until so many different people have approved. */
  | { readonly move: 'ask'; readonly needed: number; readonly why: Reason }
  | { readonly move: 'terminate'; readonly reason: Reason };

/** What performing a piece of work brought back. */
export type DspOutcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** Nothing was sent: the process has ended, or moved past this message. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'decided'; readonly decision: Decision };

/** A changed record, and everything that must be saved with it or not at all. */
export interface Next<R> {
  readonly record: R;
  readonly works?: readonly DspWork[];
  readonly also?: Commit;
}
