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

/** The left operands that are decided, and the operators that mean something for each. */
export const decidedOperands = {
  dateTime: ['eq', 'neq', 'lt', 'lteq', 'gt', 'gteq'],
  // The number of the use: `count lteq 10` allows the tenth. A lower bound would never be reached by counting from one.
  count: ['lt', 'lteq', 'eq'],
  // No hierarchy of purposes is known here, so nothing "is a" or "is part of" another.
  purpose: ['eq', 'neq', 'isAnyOf', 'isNoneOf'],
} as const satisfies Record<string, readonly Operator[]>;
export type DecidedOperand = keyof typeof decidedOperands;

/** ODRL 2.2 Vocabulary, 3.12: known by name, not decided. A policy that needs one is refused (I3). */
export const undecidedOperands = [
  'absolutePosition',
  'absoluteSize',
  'absoluteSpatialPosition',
  'absoluteTemporalPosition',
  'delayPeriod',
  'deliveryChannel',
  'device',
  'elapsedTime',
  'event',
  'fileFormat',
  'industry',
  'language',
  'media',
  'meteredTime',
  'payAmount',
  'percentage',
  'product',
  'recipient',
  'relativePosition',
  'relativeSize',
  'relativeSpatialPosition',
  'relativeTemporalPosition',
  'resolution',
  'spatial',
  'spatialCoordinates',
  'system',
  'systemDevice',
  'timeInterval',
  'unitOfCount',
  'version',
  'virtualLocation',
] as const;
