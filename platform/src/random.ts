import { randomBytes, randomUUID } from 'node:crypto';

/** The only source of randomness and of identifiers (I8). */
export interface Random {
  /** That many unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** A version 4 UUID, without `urn:uuid:`. */
  uuid(): string;
}

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
};

/** A number from 0 (included) to 1 (excluded), of 48 random bits. */
export function fraction(random: Random): number {
  return random.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}
