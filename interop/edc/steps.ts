/** What was tried, in order, and what came of it. */
export interface Step {
  readonly direction: string;
  readonly what: string;
  readonly passed: boolean;
  readonly detail: string;
  readonly ms: number;
}

/** Runs the steps of one direction; the first that fails ends it, since the others build on it. */
export class Steps {
  readonly done: Step[] = [];
  readonly #told: (step: Step) => void;

  constructor(told: (step: Step) => void) {
    this.#told = told;
  }

  /** @param act does it, and says in a word what came of it; it fails by throwing */
  async run<T>(direction: string, what: string, act: () => Promise<readonly [detail: string, value: T]>): Promise<T> {
    const from = performance.now();
    const end = (passed: boolean, detail: string): void => {
      const step = { direction, what, passed, detail, ms: Math.round(performance.now() - from) };
      this.done.push(step);
      this.#told(step);
    };
    try {
      const [detail, value] = await act();
      end(true, detail);
      return value;
    } catch (error) {
      end(false, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}

export function demand(condition: boolean, expected: string): void {
  if (!condition) throw new Error(`Expected ${expected}.`);
}
