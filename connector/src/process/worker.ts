import type { Attempt, Clock, Outcome, Settlement, Stored } from '@causeway/platform';
import { isObject, outgoing, readReason, textMember, urlOf } from '../dsp/messages.js';
import { ConnectorError } from '../errors.js';
import type { Answer, JsonObject, Process } from '../model.js';
import type { DspTransport } from '../ports.js';
import { reasonOf } from '../reasons.js';
import { trimSlashes } from '../trim-slashes.js';
import { isFinal, type Moves } from './moves.js';
import type { Processes } from './processes.js';
import type { Worker } from './queue.js';
import { moved } from './record.js';
import type { DecideWork, Decision, DspOutcome, DspWork, Next, ProcessKind, SendWork } from './work.js';

/** A peer may learn of a process a moment after us; only after this long is its 404 believed. */
const unknownForMs = 60_000;

/** What negotiations and transfers do differently. */
export interface WorkerHooks<State extends string, R extends Process<State>> {
  readonly kind: ProcessKind;
  readonly moves: Moves<State>;
  readonly processes: Processes<R>;
  readonly transport: DspTransport;
  readonly clock: Clock;
  /** The message as it is sent now: members that are made at each send and never stored. */
  complete(record: R, message: JsonObject): Promise<JsonObject>;
  decide(record: R): Promise<Decision>;
  /** The change that a decision makes; undefined for none. */
  apply(stored: Stored<R>, decision: Decision): Promise<Next<R> | undefined>;
  /** What else changes when the process has ended. */
  ended(record: R): Promise<Next<R>>;
  /** What the peer's own view of the process changes in ours. */
  learned(stored: Stored<R>, state: string): Promise<Next<R> | undefined>;
}

const nothing: Settlement = { writes: [] };
const overtaken: Attempt<DspOutcome> = { done: { kind: 'overtaken' } };

/** Sends messages and takes decisions for one kind of process, and turns what came of them into changes. */
export function processWorker<State extends string, R extends Process<State>>(hooks: WorkerHooks<State, R>): Worker {
  const final = (record: R): boolean => isFinal(hooks.moves, record.state);

  async function send(work: SendWork, created: number, signal: AbortSignal): Promise<Attempt<DspOutcome>> {
    const record = (await hooks.processes.get(work.pid))?.value;
    // A process that has ended otherwise meanwhile says nothing more.
    if (record === undefined || (final(record) && record.state !== work.move)) return overtaken;
    const url = urlOf(hooks.kind, record, work.message);
    if (url === undefined) return overtaken;
    const body = outgoing(record, await hooks.complete(record, work.message));
    const answer = await hooks.transport.send({ peer: record.peer, method: 'POST', url, body, signal });
    // What an opening message asks for is there or is not; a process may be unknown only until its own message arrives.
    const unknown = opens(record, work.message) ? 0 : unknownForMs;
    return judgeAnswer(answer, hooks.clock.now() - created < unknown);
  }

  async function ask(pid: string, created: number, signal: AbortSignal): Promise<Attempt<DspOutcome>> {
    const record = (await hooks.processes.get(pid))?.value;
    if (record?.peerPid === undefined || final(record)) return overtaken;
    const url = `${trimSlashes(record.address)}/${hooks.kind}s/${record.peerPid}`;
    const answer = await hooks.transport.send({ peer: record.peer, method: 'GET', url, signal });
    return judgeAnswer(answer, hooks.clock.now() - created < unknownForMs);
  }

  async function settleSend(stored: Stored<R>, work: SendWork, outcome: Outcome<DspOutcome>): Promise<Next<R>> {
    const record: R = { ...stored.value, unacknowledged: Math.max(0, stored.value.unacknowledged - 1) };
    const now = hooks.clock.now();
    if ('refused' in outcome) return settleRefusal(record, work, outcome, now);
    if (outcome.done.kind !== 'answered') return { record };
    const known = adoptPid(record, work.message, outcome.done.answer.body);
    if (known.intent?.state !== work.move) return { record: known };
    const reason = known.intent.reason;
    const next = moved<State, R>(known, known.intent.state, now, reason);
    return final(next) ? hooks.ended(next) : { record: next };
  }

  async function settleRefusal(
    record: R,
    work: SendWork,
    outcome: { readonly refused: string; readonly data?: unknown },
    now: number,
  ): Promise<Next<R>> {
    if (final(record)) return { record };
    const reason = readReason(isObject(outcome.data) ? outcome.data : undefined, outcome.refused);
    // The peer's own move stands above ours and is on its way to us.
    if (reason.code === 'MOVES_CROSSED') return { record };
    // Nothing exists at the peer: what was asked for has been refused. Giving up is no such word: the peer may have it.
    if (opens(record, work.message) && isObject(outcome.data) && isDspError(outcome.data)) {
      const end = hooks.moves.consumer[record.state].find((state) => state === 'TERMINATED');
      if (end !== undefined) return hooks.ended(moved<State, R>(record, end, now, reason));
    }
    return { record: { ...record, parked: reason } };
  }

  /** A decision that this state does not allow is for a person to look at: asked again, the answer would be the same. */
  async function decided(stored: Stored<R>, decision: Decision): Promise<Next<R> | undefined> {
    try {
      return await hooks.apply(stored, decision);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'STATE_INVALID') throw error;
      return { record: { ...stored.value, parked: reasonOf(error) } };
    }
  }

  return {
    async perform(work: DspWork, created, signal) {
      if (work.kind === 'send') return send(work, created, signal);
      if (work.kind === 'ask') return ask(work.pid, created, signal);
      const record = (await hooks.processes.get(work.pid))?.value;
      if (record === undefined || !stillAsked(record, work)) return overtaken;
      return { done: { kind: 'decided', decision: await hooks.decide(record) } };
    },

    async settle(work: DspWork, outcome) {
      const stored = await hooks.processes.get(work.pid);
      if (stored === undefined) return nothing;
      if (work.kind === 'send') return hooks.processes.settlement(stored, await settleSend(stored, work, outcome));
      if ('refused' in outcome || outcome.done.kind === 'overtaken') return nothing;
      let next: Next<R> | undefined;
      if (outcome.done.kind === 'decided') {
        const current = work.kind === 'decide' && stillAsked(stored.value, work);
        next = current ? await decided(stored, outcome.done.decision) : undefined;
      } else {
        const state = outcome.done.answer.body?.['state'];
        next = typeof state === 'string' ? await hooks.learned(stored, state) : undefined;
      }
      return next === undefined ? nothing : hooks.processes.settlement(stored, next);
    },
  };
}

/** INVARIANT: a decision is applied to the very state it was asked about, or to nothing. */
function stillAsked(record: Process<string>, work: DecideWork): boolean {
  return record.state === work.state && record.moves === work.moves && record.intent === undefined;
}

function judgeAnswer(answer: Answer, mayAppear: boolean): Attempt<DspOutcome> {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { done: { kind: 'answered', answer } };
  const said = readReason(body, `The peer answered ${status}.`);
  const passing = status >= 500 || [401, 403, 408, 425, 429].includes(status) || (status === 404 && mayAppear);
  // What does not speak the protocol is something between us and the peer: it refuses nothing on the peer's behalf.
  if (passing || body === undefined || !isDspError(body)) return { retry: `${status} ${said.code}: ${said.en}` };
  return { refused: `The peer answered ${status}.`, data: body };
}

/** CatalogError, ContractNegotiationError or TransferError (DSP 2025-1, error messages of each protocol). */
function isDspError(body: JsonObject): boolean {
  const type = body['@type'];
  return typeof type === 'string' && /^(dspace:)?(Catalog|ContractNegotiation|Transfer)Error$/.test(type);
}

/** Whether this message asks the peer for a process it does not have yet. */
function opens(record: Process<string>, message: JsonObject): boolean {
  return record.peerPid === undefined && 'callbackAddress' in message;
}

/** The first answer tells the pid the peer gave the process. A peer never changes it. */
function adoptPid<R extends Process<string>>(record: R, message: JsonObject, body: JsonObject | undefined): R {
  if (!opens(record, message) || body === undefined) return record;
  const peerPid = textMember(body, record.role === 'consumer' ? 'providerPid' : 'consumerPid');
  return peerPid === undefined || !pidPattern.test(peerPid) ? record : { ...record, peerPid };
}

// It will stand in paths of ours, so it may not hold what a path gives a meaning to.
const pidPattern = /^(?!\.{1,2}$)[^/?#%\\\s\p{Cc}]{1,500}$/u;
