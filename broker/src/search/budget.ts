/** How many looks into the index one question may take: what is spent is spent by all of its parts. */
export class Budget {
  readonly #most: number;
  #spent = 0;

  constructor(most: number) {
    this.#most = most;
  }

  spend(looks: number): void {
    this.#spent += looks;
  }

  /** It has done enough: it answers with what it has, and says where it stopped. */
  get tired(): boolean {
    return this.#spent > this.#most;
  }
}
