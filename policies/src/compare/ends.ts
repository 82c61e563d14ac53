import type { AtomicConstraint } from '../model.js';
import type { Intervals } from './intervals.js';

/** The positions on a scale relative to a value: integers, or ranks. */
export interface Scale {
  below(value: number): Intervals;
  atMost(value: number): Intervals;
  atLeast(value: number): Intervals;
  above(value: number): Intervals;
}

/** Where a fact known as [low, high] has to begin and to end. */
export interface Ends {
  readonly low?: Intervals;
  readonly high?: Intervals;
}

/**
 * - `sure`: true only where it is true wherever in between a value that is not known exactly lies, as `decide` has it.
 * - `possible`: true where it is true for some such value. Both true and false, where that depends on which.
 */
export type Certainty = 'sure' | 'possible';

interface Alternatives {
  readonly isTrue: readonly Ends[];
  readonly isFalse: readonly Ends[];
}

/**
 * Where a comparison is true and where it is false: each as alternatives. The same table as `compared` in decide/condition.ts, read
 * backwards; the tests hold the two together.
 */
export function endsOf(
  { operator, value }: AtomicConstraint,
  scale: Scale,
  certainty: Certainty = 'sure',
): Alternatives {
  if (value.type !== 'ordered') return { isTrue: [], isFalse: [] };
  const [low, high] = certainty === 'sure' ? [value.low, value.high] : [value.high, value.low];
  const same: readonly Ends[] = [{ low: scale.atLeast(value.low), high: scale.atMost(value.high) }];
  const other: readonly Ends[] = [{ high: scale.below(value.low) }, { low: scale.above(value.high) }];
  const exact = value.low === value.high;
  const equal = exact || certainty === 'possible' ? same : [];
  const apart = exact || certainty === 'sure' ? other : [{}];
  switch (operator) {
    case 'lt':
      return { isTrue: [{ high: scale.below(low) }], isFalse: [{ low: scale.atLeast(high) }] };
    case 'lteq':
      return { isTrue: [{ high: scale.atMost(low) }], isFalse: [{ low: scale.above(high) }] };
    case 'gt':
      return { isTrue: [{ low: scale.above(high) }], isFalse: [{ high: scale.atMost(low) }] };
    case 'gteq':
      return { isTrue: [{ low: scale.atLeast(high) }], isFalse: [{ high: scale.below(low) }] };
    case 'eq':
    case 'isAnyOf':
    case 'isAllOf':
      return { isTrue: equal, isFalse: apart };
    case 'neq':
    case 'isNoneOf':
      return { isTrue: apart, isFalse: equal };
    default:
      // A point has no parts.
      return { isTrue: [], isFalse: [] };
  }
}
