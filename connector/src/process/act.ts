import type { JsonObject, Process, Reason } from '../model.js';
import { refusal } from '../reasons.js';
import { mayMove } from './moves.js';
import type { Table } from './receive.js';
import { intending, moved, sending } from './record.js';
import type { Next } from './work.js';

/** What a move of ours takes from outside: the time, and the `@id` of the message it sends. */
export interface Stamp {
  readonly at: number;
  readonly id: string;
}

/**
 * A move of ours that is shared as soon as it is saved, with the message that tells the peer.
 *
 * @throws ConnectorError STATE_INVALID
 */
export function makeMove<State extends string, R extends Process<State>>(
  table: Table<State>,
  record: R,
  to: State,
  message: JsonObject,
  at: number,
): Next<R> {
  insist(table, record, to);
  return sending(moved<State, R>(record, to, at), table.kind, message, to);
}

/**
 * A terminating, completing, suspending or resuming move of ours: it binds us from this commit on and is shared when
 * the peer acknowledges it.
 *
 * @throws ConnectorError STATE_INVALID
 */
export function intendMove<State extends string, R extends Process<State>>(
  table: Table<State>,
  record: R,
  to: State,
  message: JsonObject,
  at: number,
  reason?: Reason,
): Next<R> {
  insist(table, record, to);
  return sending(intending<State, R>(record, to, at, reason), table.kind, message, to);
}

function insist<State extends string>(table: Table<State>, record: Process<State>, to: State): void {
  if (mayMove(table.moves, record, to)) return;
  const under = record.intent === undefined ? '' : `, with a move to ${record.intent.state} under way,`;
  throw refusal(
    'STATE_INVALID',
    `A ${table.kind} in ${record.state}${under} cannot be moved to ${to} by its ${record.role}.`,
  );
}
