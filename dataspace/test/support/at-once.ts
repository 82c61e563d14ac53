/** Does this for 0, 1, … below `count`, so many at once, and answers what came of each, in order. */
export async function atOnce<T>(count: number, most: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
  return results;
}
