import { type Identity, PeerChannel } from '@causeway/certs/peer';
import { fraction } from '@causeway/platform';
import { Exchange } from '@causeway/proto';
import { httpPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Agreement, Reason, Transfer } from '../model.js';
import { reason } from '../reasons.js';
import { attesting } from './attesting.js';
import { saveDiscarded } from './consumer-end.js';
import type { Context } from './context.js';
import { discardSink } from './file-sink.js';
import { HttpReceiving } from './http-receiving.js';
import { BeginAgain, Receiving } from './receiving.js';
import { judge } from './refusals.js';
import { Watchdog } from './waiting.js';

interface Running {
  readonly abort: AbortController;
  readonly receiving: Receiving | HttpReceiving;
  /** Kept in memory only. */
  token: string | undefined;
  /** Ends the wait before the next attempt. */
  hurry: () => void;
  /** Waits for the time of its next attempt. */
  resting: boolean;
  /** Why the last attempt failed, and how many bytes there were then. */
  failed?: { readonly why: string; readonly bytes: number };
  done: Promise<void>;
}

interface Under {
  readonly signal: AbortSignal;
  /** Something came. */
  readonly touch: () => void;
}

const firstBackoffMs = 100;
const mostBackoffMs = 30_000;
/** Longer than a provider waits for the log, and than it takes to hash what a resumed stream skips. */
const silenceMs = 60_000;

/** The consumer's side of the exchange: pulls every started transfer until it is whole, stopped or hopeless. */
export class Puller {
  readonly #context: Context;
  readonly #running = new Map<string, Running>();
  readonly #idlers = new Set<() => void>();
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins to pull, or goes on at once with a new token. */
  pull(transfer: Transfer, token?: string): void {
    if (this.#closed) return;
    const { pid } = transfer;
    const running = this.#running.get(pid);
    if (running && !running.abort.signal.aborted) {
      running.token = token ?? running.token;
      running.hurry();
      return;
    }
    const over = transfer.format === httpPull ? HttpReceiving : Receiving;
    const receiving = new over(this.#context, pid);
    const [hurry, done] = [() => {}, Promise.resolve()];
    const next: Running = { abort: new AbortController(), receiving, token, hurry, resting: false, done };
    this.#running.set(pid, next);
    // One that was stopped has to let go of its file first.
    next.done = (running?.done ?? Promise.resolve()).then(() => this.#run(pid, next));
  }

  stop(pid: string, { code, en }: Reason): void {
    const running = this.#running.get(pid);
    if (running) {
      running.resting = false;
      running.abort.abort(new ConnectorError('TRANSFER_STOPPED', `the transfer was stopped: ${code}: ${en}`));
    }
    // One that was suspended before it was terminated has a partial file and nobody at work on it.
    void (running?.done ?? Promise.resolve()).then(() => this.#tidy(pid));
  }

  progress(pid: string): number | undefined {
    return this.#running.get(pid)?.receiving.bytes;
  }

  trouble(pid: string): string | undefined {
    const running = this.#running.get(pid);
    return running?.failed && running.failed.bytes === (running.receiving.bytes ?? 0) ? running.failed.why : undefined;
  }

  /** Resolves when nothing is being pulled. What waits for the time of its next attempt does not count. */
  async idle(): Promise<void> {
    while ([...this.#running.values()].some(({ resting }) => !resting)) {
      await new Promise<void>((resolve) => this.#idlers.add(resolve));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const pid of this.#running.keys()) this.stop(pid, reason('PEER_UNREACHABLE', 'this connector is closing'));
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #wakeIdlers(): void {
    for (const wake of this.#idlers) wake();
    this.#idlers.clear();
  }

  async #run(pid: string, running: Running): Promise<void> {
    const { log } = this.#context;
    try {
      await this.#untilDone(pid, running);
    } catch (error) {
      if (!running.abort.signal.aborted) log.error({ err: error, transfer: pid }, 'a transfer cannot be pulled');
    } finally {
      await running.receiving.close();
      await this.#tidy(pid);
      if (this.#running.get(pid) === running) this.#running.delete(pid);
      this.#wakeIdlers();
    }
  }

  async #untilDone(pid: string, running: Running): Promise<void> {
    const { control, log } = this.#context;
    for (let failures = 0; ; failures += 1) {
      const transfer = await this.#current(pid);
      if (!transfer || running.abort.signal.aborted) return;
      const before = running.receiving.bytes ?? 0;
      try {
        return await this.#attempt(transfer, running);
      } catch (error) {
        running.abort.signal.throwIfAborted();
        const verdict = error instanceof BeginAgain ? { retry: error.message } : judge(error);
        if ('end' in verdict) {
          log.warn({ transfer: pid, reason: verdict.end.code, err: error }, 'a transfer is given up');
          return await control.terminate(pid, verdict.end);
        }
        if ('renew' in verdict) running.token = undefined;
        running.failed = {
          why: 'renew' in verdict ? verdict.renew : verdict.retry,
          bytes: running.receiving.bytes ?? 0,
        };
        if ((running.receiving.bytes ?? 0) > before) failures = 0;
        // Only the first renewal goes without a pause: a token refused again and again is no accident.
        const pause = 'renew' in verdict && failures === 0 ? 0 : this.#pause(failures);
        log.info({ transfer: pid, ...verdict, pause }, 'a stream broke; the transfer goes on');
        await this.#sleep(pause, running);
      }
    }
  }

  async #attempt(transfer: Transfer, running: Running): Promise<void> {
    const { clock, control, records } = this.#context;
    const agreement = (await records.agreements.get(transfer.agreement))?.value;
    if (!agreement || !transfer.endpoint || !transfer.peerPid) {
      throw new ConnectorError('STATE_INVALID', 'expected an agreement, a peer and an address to pull from');
    }
    const { receiving } = running;
    const late = () => new ConnectorError('PEER_UNREACHABLE', `the provider was silent for ${silenceMs} ms`);
    using watchdog = new Watchdog(clock, silenceMs, late);
    const over = new AbortController();
    const under: Under = {
      signal: AbortSignal.any([running.abort.signal, watchdog.signal, over.signal]),
      touch: () => watchdog.touch(),
    };
    try {
      const { end, sink } =
        receiving instanceof HttpReceiving
          ? await this.#fetch(transfer, running, receiving, under)
          : await this.#stream(transfer, agreement, running, receiving, under);
      if (!end?.disputed) return await control.complete(transfer.pid);
      const said = `the bytes received are ${sink?.digest}, not what the provider signed`;
      await control.terminate(transfer.pid, reason('DIGEST_MISMATCH', said));
    } catch (error) {
      // A cancelled call says only that it was cancelled.
      if (watchdog.signal.aborted && !running.abort.signal.aborted) throw watchdog.signal.reason;
      throw error;
    } finally {
      // Whatever is left of a call or a request is cancelled.
      over.abort();
    }
  }

  async #stream(
    transfer: Transfer,
    agreement: Agreement,
    running: Running,
    receiving: Receiving,
    { signal, touch }: Under,
  ): Promise<Transfer> {
    const { peer, peerPid = '', endpoint = '' } = transfer;
    const { offset, expectedVersion } = await receiving.prepare(transfer);
    const over = new AbortController();
    const call = { signal: AbortSignal.any([signal, over.signal]) };
    const channel = channelTo(peer, endpoint, this.#context.identity, this.#context);
    try {
      await attesting(this.#context, channel, peer, call.signal);
      running.token ??= (await channel.unary(Exchange.renew, { transfer: peerPid }, call)).token;
      const stream = channel.bidi(Exchange.pull, { metadata: { authorization: `Bearer ${running.token}` }, ...call });
      await stream.send({ open: { transfer: peerPid, offset, expectedVersion } });
      return await receiving.take(stream, transfer, agreement, touch);
    } finally {
      // A channel waits for its calls when it closes.
      over.abort();
      channel.close();
    }
  }

  async #fetch(
    transfer: Transfer,
    running: Running,
    receiving: HttpReceiving,
    { signal, touch }: Under,
  ): Promise<Transfer> {
    // What is whole needs no token any more.
    if (transfer.sink?.stage === 'receiving') running.token ??= await receiving.renew(transfer, signal);
    return receiving.take(transfer, running.token ?? '', signal, touch);
  }

  /** The transfer, while it is to be pulled. */
  async #current(pid: string): Promise<Transfer | undefined> {
    const transfer = (await this.#context.records.transfers.get(pid))?.value;
    return transfer?.state === 'STARTED' && !transfer.intent ? transfer : undefined;
  }

  /** What was received of a transfer that ended before it was whole is not kept: nobody has a right to it any more. */
  async #tidy(pid: string): Promise<void> {
    const { log, records } = this.#context;
    try {
      const transfer = (await records.transfers.get(pid))?.value;
      const state = transfer?.intent?.state ?? transfer?.state;
      if (transfer?.sink?.stage !== 'receiving' || transfer.end || state !== 'TERMINATED') return;
      await discardSink(transfer.sink);
      await saveDiscarded(this.#context, pid);
    } catch (error) {
      log.warn({ err: error, transfer: pid }, 'a partial file was left behind');
    }
  }

  #pause(failures: number): number {
    const ceiling = Math.min(firstBackoffMs * 2 ** Math.min(failures, 20), mostBackoffMs);
    return ceiling * (0.5 + fraction(this.#context.random) / 2);
  }

  async #sleep(ms: number, running: Running): Promise<void> {
    const hurried = new AbortController();
    running.hurry = () => {
      running.resting = false;
      hurried.abort();
    };
    const { signal } = running.abort;
    running.resting = true;
    this.#wakeIdlers();
    try {
      await this.#context.clock.sleep(ms, AbortSignal.any([signal, hurried.signal])).catch((error) => {
        if (!hurried.signal.aborted || signal.aborted) throw error;
      });
    } finally {
      running.resting = false;
      running.hurry = () => {};
    }
  }
}

function channelTo(peer: string, address: string, identity: Identity, { clock }: Context): PeerChannel {
  return new PeerChannel({ identity, address, expect: { id: peer, role: 'participant' }, clock });
}
