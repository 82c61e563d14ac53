import type { AtomicConstraint, Constraint, FactSource, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { type Condition, type Situation, truthIn } from './condition.js';
import { shared } from './memo.js';
import { isAmbiguous } from './readings.js';

// Several plain comparisons of which all must hold, as three flat lists that one loop reads from end to end. As a closure each would
// be half a dozen objects; among ten thousand agreements none of them is in the processor's cache, and to fetch them takes far longer
// than to compare.

/**
 * Bits of a code: 0-2 the operator, 3-4 the worst source, 5-6 where the fact is, 7 and up how many names follow the key. Bounds are
 * read one a comparison on a scale, texts one a key and one a name.
 */
const lt = 0;
const lteq = 1;
const gt = 2;
const gteq = 3;
const eq = 4;
const neq = 5;
const among = 6;
const notAmong = 7;
const clock = 0;
const counter = 1;
const stated = 2;
const sources: Readonly<Record<FactSource, number>> = { declared: 0, measured: 1, attested: 2 };
const scaleCodes: Readonly<Record<string, number>> = { lt, lteq, gt, gteq, eq, neq };
const nameCodes: Readonly<Record<string, number>> = { eq: among, isAnyOf: among, neq: notAmong, isNoneOf: notAmong };

/** Longer lists are looked up in a set. */
const mostNames = 16;

/** Whether a constraint is one of those a program can hold: a comparison with one value, or with a few names, in no unit. */
export function isPlain(constraint: Constraint): constraint is AtomicConstraint {
  if (!('operand' in constraint) || constraint.unit !== undefined || isAmbiguous(constraint.operand)) return false;
  const { operand, operator, value, source } = constraint;
  const key = factOf(operand);
  // No clock and no counter of ours is attested: such a comparison is never decided.
  if ((key === 'dateTime' || key === 'count') && (source === 'attested' || value.type === 'terms')) return false;
  if (value.type === 'ordered') return value.low === value.high && Object.hasOwn(scaleCodes, operator);
  return value.terms.length <= mostNames && Object.hasOwn(nameCodes, operator);
}

/** @param atoms each of which `isPlain` */
export function programOf(atoms: readonly AtomicConstraint[]): Condition {
  const codes: number[] = [];
  const bounds: number[] = [];
  const texts: string[] = [];
  for (const { operand, operator, value, source } of atoms) {
    const key = factOf(operand);
    const place = key === 'dateTime' ? clock : key === 'count' ? counter : stated;
    const names = value.type === 'terms' ? value.terms.map(({ text }) => shared(text)) : [];
    const operation = (value.type === 'terms' ? nameCodes : scaleCodes)[operator] ?? 0;
    codes.push(operation | (sources[source ?? 'declared'] << 3) | (place << 5) | (names.length << 7));
    if (value.type === 'ordered') bounds.push(value.low);
    if (place === stated) texts.push(propertyName(key), ...names);
  }
  return (situation) => run(codes, bounds, texts, atoms, situation);
}

function run(
  codes: readonly number[],
  bounds: readonly number[],
  texts: readonly string[],
  atoms: readonly AtomicConstraint[],
  situation: Situation,
): Truth {
  const { values } = situation;
  let truth: Truth = true;
  let bound = 0;
  let text = 0;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    const operation = code & 7;
    const place = (code >> 5) & 3;
    let found: Truth;
    if (place === clock) {
      found = holds(operation, situation.now, bounds[bound++] ?? 0);
    } else if (place === counter) {
      const limit = bounds[bound++] ?? 0;
      found = situation.use === undefined ? undefined : holds(operation, situation.use, limit);
    } else {
      const fact = values[texts[text++] ?? ''];
      const names = code >> 7;
      const scale = operation < among;
      const limit = scale ? (bounds[bound++] ?? 0) : 0;
      if (fact !== undefined) {
        const { value } = fact;
        const trusted = fact.unit === undefined && rankOf(fact.source) >= ((code >> 3) & 3);
        if (scale && trusted && typeof value === 'number' && !Number.isNaN(value)) {
          found = holds(operation, value, limit);
        } else if (!scale && trusted && typeof value === 'string' && value !== '') {
          let has = false;
          for (let at = 0; at < names && !has; at++) has = texts[text + at] === value;
          found = has === (operation === among);
        } else {
          // Ranges, several names, facts that are none: read as the plain truth reads them.
          const atom = atoms[index];
          found = atom && truthIn(situation, atom);
        }
      }
      text += names;
    }
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

function holds(operation: number, fact: number, limit: number): boolean {
  if (operation === lt) return fact < limit;
  if (operation === lteq) return fact <= limit;
  if (operation === gt) return fact > limit;
  if (operation === gteq) return fact >= limit;
  return operation === eq ? fact === limit : fact !== limit;
}

/** What is no source has no rank. */
function rankOf(source: string): number {
  if (source === 'declared') return 0;
  if (source === 'measured') return 1;
  return source === 'attested' ? 2 : -1;
}

/**
 * A key as the engine keeps property names: one that was cut out of a longer text is looked up several times as slowly. What an object
 * inherits under some name is no fact, has no source, and the plain truth then says so.
 */
export function propertyName(key: string): string {
  return Object.keys({ [key]: true })[0] ?? key;
}
