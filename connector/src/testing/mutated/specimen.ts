import type { JsonObject } from '../../model.js';
import type { Original } from './original.js';

/**
 * What is known of a message by how it was made, beside every validator. `valid`: as good as its original. `invalid`: by the standard it
 * must be refused. `open`: it may have stayed valid, so it may do what its original does, and nothing else.
 */
export type Standing = 'valid' | 'invalid' | 'open';

/** A message on its way through the mutations, before it is bytes. */
export interface Specimen {
  readonly original: Original;
  standing: Standing;
  /** What was done to it, for whoever reads a failure. */
  readonly deeds: string[];
  method: string;
  path: string;
  caller: string | undefined;
  headers: [name: string, value: string][];
  body: JsonObject | undefined;
  /** Instead of what `body` would be written as. */
  text?: string;
  bytes?: Buffer;
  /** The whole request, when its head is not one that a client would write. */
  raw?: (head: readonly string[], body: Buffer) => Buffer;
  /** Nothing more follows: the sender closes its half of the connection. */
  breaksOff?: boolean;
  /** The HTTP server may refuse this itself, or hang up, before the product sees it. */
  http?: boolean;
  /** A message id that its receiver has answered already: the answer may be that one. */
  replayed?: boolean;
}

/** Notes what was done, and that it leaves the message no better than that. */
export function did(specimen: Specimen, deed: string, standing: Standing): true {
  specimen.deeds.push(deed);
  if (standing === 'invalid' || (standing === 'open' && specimen.standing === 'valid')) specimen.standing = standing;
  return true;
}

/** The bytes of the body, as far as mutations have come. */
export function bodyOf({ bytes, text, body }: Specimen): Buffer {
  return bytes ?? Buffer.from(text ?? (body === undefined ? '' : JSON.stringify(body)));
}
