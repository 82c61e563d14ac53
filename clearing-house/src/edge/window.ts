/** A bound on what is under way at once. One waits to enter, any number leave. */
export class Window {
  readonly #most: number;
  #inside = 0;
  #wake = () => {};

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when there is room, and takes it. */
  async enter(): Promise<void> {
    while (this.#inside >= this.#most) await this.#changed();
    this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
    this.#wake();
  }

  /** Resolves when all have left. */
  async empty(): Promise<void> {
    while (this.#inside > 0) await this.#changed();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
