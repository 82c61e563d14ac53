/**
 * A small seeded source of draws: data only, never keys or identifiers. What it draws depends on the seed and the name alone, so a
 * table stays the same whatever is generated beside it.
 */
export class Draws {
  #state: number;

  constructor(seed: number, name: string) {
    this.#state = hashed(`${seed}/${name}`);
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError of an empty list */
  pick<T>(list: readonly T[]): T {
    return at(list, this.int(0, list.length - 1));
  }

  /** 1 or more, rarely much more: the smaller the shape, the heavier the tail. */
  pareto(shape: number): number {
    return (1 - this.next()) ** (-1 / shape);
  }

  shuffled<T>(list: readonly T[]): T[] {
    const cards = [...list];
    for (let last = cards.length - 1; last > 0; last -= 1) {
      const other = this.int(0, last);
      [cards[last], cards[other]] = [at(cards, other), at(cards, last)];
    }
    return cards;
  }
}

/** The element that must be there. @throws RangeError */
export function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`expected a place below ${list.length}, got ${place}`);
  return found;
}

/** FNV-1a over UTF-16 units. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193) >>> 0;
  }
  return hash;
}
