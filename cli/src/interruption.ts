import type { CliError } from './errors.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Waits for something that does not need us: when the user has waited enough (Ctrl-C), tells what goes on without them.
 * @throws whatever `left` makes, at SIGINT or SIGTERM
 */
export function unlessInterrupted<T>(work: () => Promise<T>, left: () => CliError): Promise<T> {
  return new Promise((resolve, reject) => {
    // It goes on listening: npx passes on a Ctrl-C that the terminal has sent already, and the second would end us wordless.
    const interrupted = () => reject(left());
    for (const signal of signals) process.on(signal, interrupted);
    work()
      .then(resolve, reject)
      .finally(() => {
        for (const signal of signals) process.off(signal, interrupted);
      });
  });
}
