import { errorBody, pidsOf, textMember } from '../dsp/messages.js';
import { statusOf } from '../dsp/status.js';
import { ConnectorError } from '../errors.js';
import type { Answer, JsonObject, Process, Reason } from '../model.js';
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

/**
 * The record with the peer's pid: a message may overtake the answer that tells it to us. A message that names other
 * pids than the process has is about something else.
 */
export function knownPids<
  R extends { readonly role: 'provider' | 'consumer'; readonly pid: string; readonly peerPid?: string },
>(record: R, message: JsonObject): R {
  const [own, theirs] = record.role === 'provider' ? ['providerPid', 'consumerPid'] : ['consumerPid', 'providerPid'];
  const named = own === undefined ? undefined : textMember(message, own);
  const peerPid = theirs === undefined ? undefined : textMember(message, theirs);
  const ours = named === undefined || named === record.pid;
  const known = peerPid === undefined || record.peerPid === undefined || peerPid === record.peerPid;
  if (!ours || !known) {
    throw new ConnectorError(
      'MESSAGE_INVALID',
      `Expected the pids of process ${record.pid}; the message names others.`,
    );
  }
  return record.peerPid === undefined && peerPid !== undefined ? { ...record, peerPid } : record;
}
