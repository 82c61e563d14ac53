/** A seeded sequence (xorshift32): the same for everybody, so that what it finds can be found again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
    // Neighbouring seeds begin alike.
    for (let at = 0; at < 8; at++) this.next(2);
  }

  /** A whole number from zero to below this. */
  next(below: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state % below;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.next(list.length)] ?? list[0];
  }

  /** True once in this many times. */
  once(every: number): boolean {
    return this.next(every) === 0;
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}
