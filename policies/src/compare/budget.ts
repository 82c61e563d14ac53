/** Thrown when a comparison needs more work than it is given; it then ends as `unknown`. */
export class TooComplex extends Error {
  override name = 'TooComplex';
}

/** Bounds the work of one comparison (I7): regions grow exponentially in the worst case, and the request is a stranger's. */
export class Budget {
  #left: number;

  constructor(steps = 200_000) {
    this.#left = steps;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooComplex();
  }
}
