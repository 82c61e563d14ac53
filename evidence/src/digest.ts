import { sha256 } from './sha256.js';

/** A digest that names its algorithm: `sha-256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha-256:${string}`;

/** The digest of bytes, or of the UTF-8 bytes of a text. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha-256:${Buffer.from(sha256(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)).toString('hex')}`;
}

/** Whether a text is a {@link Digest} in its one spelling. */
export function isDigest(text: string): text is Digest {
  return /^sha-256:[0-9a-f]{64}$/.test(text);
}
