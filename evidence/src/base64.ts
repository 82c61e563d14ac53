/**
 * Decodes base64 or base64url in its one spelling, or gives `undefined`. Node's decoder skips what it does not know and
 * ignores the spare bits of the last character, so only what encodes back to the same text counts.
 */
export function decodeExactly(text: string, encoding: 'base64' | 'base64url'): Uint8Array | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
