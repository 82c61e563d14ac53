import { fraction } from '@causeway/platform';
import { seededRandom } from '@causeway/platform/testing';
import type { ServiceName } from './crash-space.js';
import { type Moment, moments, type Point, points } from './points.js';

/** A place where a run stops and kills; without a point it is amid the bytes. */
export interface Stop {
  readonly point?: Point;
  readonly moment?: Moment;
  readonly victims: readonly ServiceName[];
  /** The share of the bytes that pass before the stream is stopped. */
  readonly midway: number;
}

const amidTheBytes: readonly (readonly ServiceName[])[] = [
  ['provider'],
  ['consumer'],
  ['provider', 'consumer'],
  ['clearing-house', 'provider'],
  ['authority', 'consumer'],
  ['broker', 'provider'],
  ['clearing-house'],
  ['authority', 'broker'],
];

/**
 * The stops of each run. Every moment of every point has a run; the rest are amid the bytes, and so is the second stop of
 * every other run that stopped before them.
 */
export function plan(seed: string, runs: number): readonly (readonly Stop[])[] {
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(fraction(random) * bound);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const victims = shuffled(amidTheBytes, below);
  let turn = 0;
  const midway = () => 0.2 + 0.6 * fraction(random);
  const amid = (): Stop => ({ victims: victims[turn++ % victims.length] as readonly ServiceName[], midway: midway() });

  const pointed = points.flatMap((point) =>
    moments.map((moment): Stop => ({ point, moment, victims: oneOf(victimsOf(point, moment)), midway: midway() })),
  );
  let early = 0;
  const planned = shuffled(pointed, below).map((stop) =>
    stop.point?.stage === 'before' && early++ % 2 === 0 ? [stop, amid()] : [stop],
  );
  while (planned.length < runs) planned.push([amid()]);
  return shuffled(planned, below);
}

/** Whoever has saved and not sent dies; who has sent dies, or who has received, or both. */
function victimsOf({ sender, receiver }: Point, moment: Moment): readonly (readonly ServiceName[])[] {
  const both = [sender, receiver];
  return moment === 'committed' ? [[sender], both] : [[sender], [receiver], both];
}

function shuffled<T>(items: readonly T[], below: (bound: number) => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(below(left.length), 1)[0] as T);
}
