import { errorBody, pidsOf, textMember } from '../dsp/messages.js';
import { statusOf } from '../dsp/status.js';
import type { ConnectorError } from '../errors.js';
import type { Answer, Process, Reason } from '../model.js';
import { reasonOf, refusal } from '../reasons.js';
import { judge, type Moves } from './moves.js';
import type { Received } from './processes.js';
import { moved } from './record.js';
import type { Next, ProcessKind } from './work.js';

/** A move of the peer, as its message says it. */
export interface PeerMove<State extends string> {
  readonly to: State;
  /** Whether the message has an id: without one a repetition is told by the state alone. */
  readonly identified: boolean;
  readonly reason?: Reason;
}

export interface Table<State extends string> {
  readonly kind: ProcessKind;
  readonly moves: Moves<State>;
}

export const accepted: Answer = { status: 200 };

/** The answer that refuses a message; it is kept, so that the message is refused for good. */
export function refuse<R>(kind: ProcessKind, record: Process<string>, error: ConnectorError): Received<R> {
  const pids = pidsOf(record);
  const [providerPid, consumerPid] = [textMember(pids, 'providerPid'), textMember(pids, 'consumerPid')];
  const body = errorBody(kind, reasonOf(error), {
    ...(providerPid === undefined ? {} : { providerPid }),
    ...(consumerPid === undefined ? {} : { consumerPid }),
    state: record.state,
  });
  return { answer: { status: statusOf(error.code), body } };
}

/**
 * What a move of the peer does to our record: nothing when it is there already, a refusal when it is not legal or when
 * a stronger move of ours is under way, else the record in its new state, completed by `then`.
 */
export function receiveMove<State extends string, R extends Process<State>>(
  table: Table<State>,
  record: R,
  move: PeerMove<State>,
  at: number,
  then: (moved: R) => Next<R> = (next) => ({ record: next }),
): Received<R> {
  const verdict = judge(table.moves, record, move.to, move.identified);
  if (verdict === 'same') return { answer: accepted };
  if (verdict === 'move') {
    // Both made the same move at once: the provider's reason, which decides, is the one both sides keep.
    const own = record.role === 'provider' && record.intent?.state === move.to ? record.intent.reason : undefined;
    return { next: then(moved<State, R>(record, move.to, at, own ?? move.reason)), answer: accepted };
  }
  if (verdict === 'crossed') {
    const ours = record.intent?.state ?? record.state;
    const message = `The move to ${move.to} crossed ours to ${ours}, which stands; our message is on its way.`;
    return refuse(table.kind, record, refusal('MOVES_CROSSED', message));
  }
  const message = `A ${table.kind} in ${record.state} cannot be moved to ${move.to} by the ${
    record.role === 'provider' ? 'consumer' : 'provider'
  }.`;
  return refuse(table.kind, record, refusal('STATE_INVALID', message));
}
