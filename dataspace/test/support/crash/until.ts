import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 5;

/**
 * Looks until it finds something. What other processes do is seen only by looking; where the management API can wait for
 * it, that is used instead.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = 20_000,
): Promise<T> {
  const late = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > late) throw new Error(`expected ${what} within ${withinMs} ms; it did not come`);
    await pause(lookEveryMs);
  }
}

/** What was promised, or an error that says what did not come. */
export async function soon<T>(what: string, promised: Promise<T>, withinMs = 20_000): Promise<T> {
  const over = new AbortController();
  const late = pause(withinMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`expected ${what} within ${withinMs} ms; it did not come`);
  });
  try {
    return await Promise.race([promised, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
