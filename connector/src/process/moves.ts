import type { Process, ProcessRole } from '../model.js';

/** Who may move a process from which state to which: one table a role, as the standard draws it. */
export type Moves<State extends string> = Readonly<Record<ProcessRole, Readonly<Record<State, readonly State[]>>>>;

/**
 * How moves that cross on the wire resolve: the higher stands on both sides. FINALIZED is above all, because the
 * provider's write of it is the commit point of a negotiation; the rest end or pause, the stronger end first.
 */
const ranks: Readonly<Record<string, number>> = { FINALIZED: 5, TERMINATED: 4, COMPLETED: 3, SUSPENDED: 2, STARTED: 1 };
const rank = (state: string): number => ranks[state] ?? 0;

export function otherRole(role: ProcessRole): ProcessRole {
  return role === 'provider' ? 'consumer' : 'provider';
}

/** What a move of the peer means for a record: `move` it, it is the `same` already, ours `crossed` it, or it is `invalid`. */
export type Verdict = 'move' | 'same' | 'crossed' | 'invalid';

type Judged<State extends string> = Pick<Process<State>, 'role' | 'state' | 'intent'>;

/**
 * Judges a move of the peer to `to`. `identified`: the message has an id we have not seen, so it is no repetition.
 *
 * While an intent of ours is unacknowledged the peer may or may not have seen it: a move that is legal from the shared
 * state crossed ours and the higher rank wins; one that is legal only after our intent proves that the peer has seen it.
 */
export function judge<State extends string>(
  moves: Moves<State>,
  record: Judged<State>,
  to: State,
  identified: boolean,
): Verdict {
  const theirs = moves[otherRole(record.role)];
  if (to === record.state && !identified) return 'same';
  const intent = record.intent?.state;
  if (intent !== undefined) {
    if (to === intent) return 'move';
    if (theirs[record.state].includes(to)) return rank(to) > rank(intent) ? 'move' : 'crossed';
    if (theirs[intent].includes(to)) return 'move';
  }
  if (theirs[record.state].includes(to)) return 'move';
  // Both sides made the same move at once, or we learned of it by asking: the message finds what it wanted.
  return to === record.state && rank(to) > 0 ? 'same' : 'invalid';
}

/**
 * Whether we may make this move now. An outstanding intent gives way only to a move of a higher rank that is legal after it too: its
 * message is on its way, so the peer may be in that state when the next one comes.
 */
export function mayMove<State extends string>(moves: Moves<State>, record: Judged<State>, to: State): boolean {
  const ours = moves[record.role];
  if (!ours[record.state].includes(to)) return false;
  const intent = record.intent?.state;
  return intent === undefined || (rank(to) > rank(intent) && ours[intent].includes(to));
}

/** A state that nobody can move: the process has ended. */
export function isFinal<State extends string>(moves: Moves<State>, state: State): boolean {
  return moves.provider[state].length === 0 && moves.consumer[state].length === 0;
}
