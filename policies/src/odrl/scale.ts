/** ODRL 2.2 Vocabulary, 3.14: all twelve operators. */
export const operators = [
  'eq',
  'neq',
  'lt',
  'lteq',
  'gt',
  'gteq',
  'isA',
  'hasPart',
  'isPartOf',
  'isAllOf',
  'isAnyOf',
  'isNoneOf',
] as const;
export type Operator = (typeof operators)[number];

/** The operators that compare on an ordered scale. */
export const orderedOperators = ['eq', 'neq', 'lt', 'lteq', 'gt', 'gteq'] as const satisfies readonly Operator[];
/** The operators over names. */
export const termOperators = [
  'eq',
  'neq',
  'isAnyOf',
  'isNoneOf',
  'isAllOf',
  'isA',
  'isPartOf',
  'hasPart',
] as const satisfies readonly Operator[];
/** The operators whose right operand may be several names. */
export const listOperators: readonly Operator[] = ['isAnyOf', 'isNoneOf', 'isAllOf', 'isA', 'isPartOf', 'hasPart'];

export type Scale = 'instant' | 'duration' | 'number' | 'integer' | 'terms';

/** What a left operand is: the scale of its values, and what may be asked of them. */
export interface Operand {
  /** Canonical: bare for ODRL's own, prefix and name or the IRI for a profile's. */
  readonly term: string;
  readonly scale: Scale;
  readonly operators: readonly Operator[];
  /** Datatypes a value may be written in, the one that `toWire` writes first. */
  readonly datatypes: readonly string[];
  /** Names may lie within each other (`isA`, `isPartOf`, `hasPart`). */
  readonly hierarchy: boolean;
  /** Time itself moves the fact. */
  readonly passing: boolean;
  /** It has several dimensions at once, so a comparison with one value is never decided. */
  readonly ambiguous: boolean;
  /**
   * Several names of a fact are attributes somebody has, or things that are the case: one more takes nothing away. Otherwise the use
   * touches each of them, and each must be permitted (docs/decisions/0010).
   */
  readonly held: boolean;
  /** Smallest and largest value that means anything. */
  readonly range?: readonly [low: number, high: number];
  /** The name its fact is looked up by, when another operand means the same. */
  readonly fact?: string;
  /** Names known to lie within another, each with the next wider one. */
  readonly wider?: Readonly<Record<string, string>>;
}

export const scaleTypes: Readonly<Record<Scale, readonly string[]>> = {
  instant: ['xsd:dateTime', 'xsd:dateTimeStamp', 'xsd:date'],
  duration: ['xsd:duration', 'xsd:dayTimeDuration', 'xsd:yearMonthDuration'],
  number: ['xsd:decimal', 'xsd:double', 'xsd:float', 'xsd:integer', 'xsd:int', 'xsd:long', 'xsd:nonNegativeInteger'],
  integer: [
    'xsd:integer',
    'xsd:nonNegativeInteger',
    'xsd:positiveInteger',
    'xsd:int',
    'xsd:long',
    'xsd:short',
    'xsd:unsignedInt',
    'xsd:unsignedLong',
    'xsd:decimal',
  ],
  terms: ['xsd:string', 'xsd:anyURI', 'xsd:token', 'xsd:language', 'xsd:normalizedString'],
};

export type OperandTraits = Partial<Omit<Operand, 'term' | 'scale'>>;

/** An operand of a scale, with what differs from the scale's usual traits. */
export function operand(term: string, scale: Scale, traits: OperandTraits = {}): Operand {
  const names = scale === 'terms';
  return {
    term,
    scale,
    operators: names ? termOperators : orderedOperators,
    datatypes: scaleTypes[scale],
    hierarchy: names,
    passing: false,
    ambiguous: false,
    held: false,
    ...traits,
  };
}
