import { ConnectorError } from '../errors.js';

/** Levels of arrays and objects in one another. Policies, the deepest of what is sent, take some twenty. */
const deepest = 100;

/**
 * Demands what everything behind this point can take: whatever walks, writes or canonicalises a message goes as deep as the message
 * does, and neither keys of the store nor signed JSON can hold half a character.
 *
 * @throws ConnectorError MESSAGE_INVALID
 */
export function demandReadable(body: unknown): void {
  // A list and no recursion: depth is what this guards against.
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: body, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') demandWhole(value);
    if (value === null || typeof value !== 'object') continue;
    if (depth >= deepest) {
      throw new ConnectorError('MESSAGE_INVALID', `Expected at most ${deepest} levels of arrays and objects.`);
    }
    for (const [name, inner] of Object.entries(value)) {
      demandWhole(name);
      waiting.push({ value: inner, depth: depth + 1 });
    }
  }
}

function demandWhole(text: string): void {
  if (text.isWellFormed()) return;
  throw new ConnectorError('MESSAGE_INVALID', 'Expected Unicode text; a string has half of a surrogate pair.');
}
