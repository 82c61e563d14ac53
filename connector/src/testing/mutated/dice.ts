/** Chance that can be had again: the same seed gives the same throws. Mulberry32, for what a million messages need. */
export class Dice {
  #state: number;

  /** @param seeds numbers that together name the place: a run, a round, a message */
  constructor(...seeds: readonly number[]) {
    this.#state = 0x9e3779b9;
    for (const seed of seeds) {
      this.#state = Math.imul(this.#state ^ seed ^ Math.floor(seed / 0x1_0000_0000), 0x85ebca6b);
      this.next();
    }
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new RangeError('Expected something to pick from.');
    return one;
  }

  /** An id nobody has used. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.below(0x1_0000_0000).toString(16).padStart(8, '0')).join('');
    return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
  }
}
