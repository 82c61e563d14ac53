import { SpaceError } from '../errors.js';

/**
 * Whether the user has had enough. It listens to the end: npm passes on a Ctrl-C that the terminal has sent already, and what is
 * running has to be stopped before this process may go.
 */
export class Interruption {
  /** Resolves with nothing when they have. */
  readonly asked: Promise<void>;
  #happened = false;

  constructor(signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    this.asked = new Promise((resolve) => {
      const stop = () => {
        if (!this.#happened) process.stderr.write('Stopping …\n');
        this.#happened = true;
        resolve();
      };
      for (const signal of signals) process.on(signal, stop);
    });
  }

  /** @throws SpaceError INTERRUPTED when they have: nothing more is begun */
  demandNone(): void {
    if (this.#happened) throw new SpaceError('INTERRUPTED', 'stopped before everything was running');
  }
}
