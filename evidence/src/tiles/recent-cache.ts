/** Remembers the latest of something costly to get, up to a bound. A failure is not remembered. */
export class RecentCache<T> {
  readonly #most: number;
  readonly #recent = new Map<string, Promise<T>>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#recent.get(key);
    if (known) return known;
    const loading = load();
    this.#recent.set(key, loading);
    loading.catch(() => this.#recent.delete(key));
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > this.#most && oldest !== undefined) this.#recent.delete(oldest);
    return loading;
  }
}
