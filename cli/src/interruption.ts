import type { CliError } from './errors.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Waits for something that does not need us: when the user has waited enough (Ctrl-C), tells what goes on without them.
 * @throws whatever `left` makes, at SIGINT or SIGTERM
 */
export function unlessInterrupted<T>(work: () => Promise<T>, left: () => CliError): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupted = () => reject(left());
    for (const signal of signals) process.once(signal, interrupted);
    work()
      .then(resolve, reject)
      .finally(() => {
        for (const signal of signals) process.off(signal, interrupted);
      });
  });
}
