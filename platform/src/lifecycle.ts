import { type Clock, systemClock } from './clock.js';
import { messageOf, PlatformError } from './errors.js';
import type { Route } from './http/routes.js';

/** A listening port, as `status` shows it. */
export interface RunningServer {
  readonly name: string;
  readonly protocol: 'https' | 'http' | 'grpc';
  readonly host: string;
  readonly port: number;
  /** What it answers; a gRPC method is a POST to its path. Who may ask is the server's rule, and anything else is refused. */
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** A started service. `idle` resolves when it has nothing due; `close` ends it in order. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly servers: readonly RunningServer[];
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface LifecycleOptions {
  readonly clock?: Clock;
  /** Most milliseconds that one step may take; 10,000 unless told. */
  readonly deadlineMs?: number;
}

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/**
 * What has to be closed, collected while a service starts and closed in reverse order: servers before what they use.
 *
 * @example
 * const store = await openLevelStore({ path });
 * lifecycle.defer('store', () => store.close());
 */
export class Lifecycle implements AsyncDisposable {
  readonly #steps: Step[] = [];
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #closing: Promise<void> | undefined;

  constructor(options: LifecycleOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
  }

  /** Registers a step. Throws `TypeError` once closing has begun, since nothing would ever close it. */
  defer(name: string, close: () => Promise<void> | void): void {
    if (this.#closing) throw new TypeError(`'${name}' was started while its service was closing.`);
    this.#steps.push({ name, close });
  }

  /**
   * Closes everything, each step within its deadline; a step that fails or hangs does not keep the next from closing.
   * Throws `PlatformError` CLOSE_FAILED afterwards, with one line per failed step in `data`. Safe to call twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes what a start that failed has opened, and throws why it failed: what goes wrong on the way back is no news. */
  async undo(why: unknown): Promise<never> {
    await this.close().catch(() => undefined);
    throw why;
  }

  async #closeAll(): Promise<void> {
    const failures: string[] = [];
    const causes: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await this.#withDeadline(step);
      } catch (error) {
        failures.push(`${step.name}: ${messageOf(error)}`);
        causes.push(error);
      }
    }
    if (failures.length > 0)
      throw new PlatformError('CLOSE_FAILED', `Not everything closed well: ${failures.join('; ')}`, {
        data: failures,
        cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
      });
  }

  async #withDeadline(step: Step): Promise<void> {
    const finished = new AbortController();
    const late = this.#clock.sleep(this.#deadlineMs, finished.signal).then(
      () => {
        throw new Error(`still open after ${this.#deadlineMs} ms`);
      },
      () => undefined,
    );
    try {
      await Promise.race([Promise.resolve().then(step.close), late]);
    } finally {
      finished.abort();
    }
  }
}

/** npm and npx pass on a Ctrl-C that the terminal has already sent to everybody: an echo, and no second thought. */
const echoMs = 1_000;

/**
 * Resolves at the first of the signals that ask a process to end. A second one, a second later or more, then ends it at once,
 * by the default action, since nobody listens any more.
 */
export function untilSignal(signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      resolve(signal);
      setTimeout(() => {
        for (const each of signals) process.off(each, onSignal);
      }, echoMs).unref();
    };
    for (const each of signals) process.on(each, onSignal);
  });
}
