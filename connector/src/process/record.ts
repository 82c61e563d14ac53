import type { Answer, JsonObject, Process, Reason } from '../model.js';
import type { Next, ProcessKind, SendWork } from './work.js';

/** Answers kept for repeated messages, a process. A process has some ten messages; only pausing and resuming repeat. */
const answersKept = 32;
const historyKept = 64;

export type NewProcess = Pick<Process<string>, 'pid' | 'role' | 'peer' | 'peerPid' | 'address'>;

/** What every new process record starts with. */
export function begin<State extends string>(identity: NewProcess, state: State, at: number): Process<State> {
  return {
    ...identity,
    state,
    lane: 0,
    unacknowledged: 0,
    answered: [],
    moves: 0,
    history: [{ state, at }],
    created: at,
    updated: at,
  };
}

/** The process in its new shared state: whatever we intended is settled by it, and nobody needs to look at it any more. */
export function moved<State extends string, R extends Process<State>>(
  record: R,
  state: State,
  at: number,
  reason?: Reason,
): R {
  const { intent: _settled, parked: _over, ...rest } = record;
  return {
    ...(rest as R),
    state,
    ...(reason === undefined ? {} : { reason }),
    moves: record.moves + 1,
    history: [...record.history, { state, at }].slice(-historyKept),
    updated: at,
  };
}

/** The process with a move that binds us at once and that the peer has not acknowledged. */
export function intending<State extends string, R extends Process<State>>(
  record: R,
  state: State,
  at: number,
  reason?: Reason,
): R {
  return {
    ...record,
    intent: { state, since: at, ...(reason === undefined ? {} : { reason }) },
    updated: at,
  };
}

/** A process that waited for a person, who now wants something: a move that was refused for good is not under way. */
export function unparked<R extends Process<string>>(record: R): R {
  if (record.parked === undefined) return record;
  const { parked: _seen, intent: _refused, ...rest } = record;
  return rest as R;
}

/** The answer a message got, kept under its id. */
export function answered<R extends Process<string>>(record: R, id: string | undefined, answer: Answer): R {
  if (id === undefined) return record;
  return { ...record, answered: [...record.answered, { id, answer }].slice(-answersKept) };
}

export function answerTo(record: Process<string>, id: string | undefined): Answer | undefined {
  return id === undefined ? undefined : record.answered.find((one) => one.id === id)?.answer;
}

/** A record with one more message to send, saved in the same commit as the move it makes. */
export function sending<R extends Process<string>>(
  record: R,
  process: ProcessKind,
  message: JsonObject,
  move: string,
): Next<R> {
  const work: SendWork = { kind: 'send', process, pid: record.pid, message, move };
  return { record: { ...record, unacknowledged: record.unacknowledged + 1 }, works: [work] };
}

/** While this holds the two sides may differ: it is shown as in doubt, never as ended. */
export function inDoubt(record: Process<string>): boolean {
  return record.intent !== undefined || record.unacknowledged > 0 || record.parked !== undefined;
}
