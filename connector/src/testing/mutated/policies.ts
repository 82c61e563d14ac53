import type { Json } from '@causeway/evidence';
import type { JsonObject } from '../../model.js';
import type { Dice } from './dice.js';
import { anyBut, hostileJson, hostileString } from './hostile-values.js';
import { did, type Specimen, type Standing } from './specimen.js';

/** Mutations of offers and agreements, over the whole of ODRL: what a peer may write there is the largest part of a message. */

const operands = [
  ...[
    'odrl:count',
    'odrl:dateTime',
    'odrl:elapsedTime',
    'odrl:delayPeriod',
    'odrl:purpose',
    'odrl:spatial',
    'odrl:recipient',
  ],
  ...[
    'odrl:event',
    'odrl:payAmount',
    'odrl:percentage',
    'odrl:resolution',
    'odrl:language',
    'odrl:version',
    'odrl:timeInterval',
  ],
  ...[
    'odrl:spatialCoordinates',
    'odrl:fileFormat',
    'odrl:industry',
    'odrl:systemDevice',
    'odrl:unitOfCount',
    'odrl:media',
  ],
  ...['http://www.w3.org/ns/odrl/2/count', 'dateTime', 'count', 'purpose', 'idsc:ROLE', 'cx-policy:UsagePurpose'],
  ...[
    'urn:causeway:v1:role',
    'urn:causeway:v1:securityLevel',
    'urn:example:operand',
    '__proto__',
    'constructor',
    'odrl:',
  ],
];
const operators = 'eq gt gteq lteq hasPart isA isAllOf isAnyOf isNoneOf isPartOf lt term-lteq neq'.split(' ');
const actions = [
  ...[
    'use',
    'odrl:use',
    'odrl:transfer',
    'distribute',
    'odrl:distribute',
    'delete',
    'odrl:delete',
    'odrl:inform',
    'odrl:compensate',
  ],
  ...[
    'anonymize',
    'http://www.w3.org/ns/odrl/2/use',
    'cc:Sharing',
    'https://w3id.org/idsa/code/log',
    'urn:example:act',
    'toString',
  ],
];
const instants = [
  '2027-01-01T00:00:00Z',
  '2026-01-01',
  '+275760-09-13T00:00:00.001Z',
  '-0001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
];
const spans = ['P30D', 'PT0S', 'P999999999999999Y', '-P1D', 'P1Y2M3DT4H5M6.789S', 'P', 'PT', `P${'9'.repeat(400)}D`];
const numbers = [
  '0',
  '-1',
  '10',
  '1e400',
  '0.1',
  '-0',
  '9'.repeat(400),
  `0.${'0'.repeat(400)}1`,
  '١٢',
  ' 5 ',
  '0x10',
  'INF',
  'NaN',
];
const types = [
  'xsd:integer',
  'xsd:decimal',
  'xsd:dateTime',
  'xsd:duration',
  'xsd:date',
  'xsd:boolean',
  'xsd:anyURI',
  'urn:x',
  '__proto__',
  '',
];

/** Sizes: the large ones take a hundred times as long as the rest, so there are few of them. */
const rarely = (dice: Dice, often: readonly number[], large: readonly number[]): number =>
  dice.pick(dice.chance(0.03) ? large : often);

function value(dice: Dice): Json {
  const lexical = dice.pick([
    ...instants,
    ...spans,
    ...numbers,
    'maintenance',
    'urn:example:a',
    hostileString(dice).slice(0, 2_100),
  ]);
  switch (dice.below(6)) {
    case 0:
      return lexical;
    case 1:
      return { '@value': lexical, '@type': dice.pick(types) };
    case 2:
      return { '@id': lexical };
    case 3:
      return Array.from({ length: rarely(dice, [0, 1, 2, 5], [50, 500]) }, (_, at) => `${lexical.slice(0, 60)}${at}`);
    case 4:
      return [{ '@id': lexical }, { '@value': lexical, '@language': 'zh' }, [lexical]];
    default:
      return { '@list': [lexical], '@value': hostileJson(dice) };
  }
}

function atom(dice: Dice): JsonObject {
  return {
    leftOperand: dice.pick(operands),
    operator: dice.pick(operators),
    rightOperand: value(dice),
    ...(dice.chance(0.1) ? { 'odrl:unit': dice.chance(0.5) ? 'urn:example:euro' : hostileJson(dice) } : {}),
    ...(dice.chance(0.05) ? { 'odrl:rightOperandReference': value(dice) } : {}),
    ...(dice.chance(0.05) ? { '@id': dice.pick(['urn:example:c', hostileString(dice)]) } : {}),
  };
}

/** Wide or deep, and sometimes both: what compares policies must not take for ever, whatever its verdict. */
function logical(dice: Dice): JsonObject {
  const word = () => dice.pick(['and', 'or', 'xone', 'andSequence']);
  const width = rarely(dice, [1, 1, 2, 3, 8], [40, 150]);
  let constraint: JsonObject = { [word()]: Array.from({ length: width }, () => atom(dice)) };
  for (let depth = rarely(dice, [0, 0, 1, 3, 10], [40, 60, 400]); depth > 0; depth--) {
    constraint = { [word()]: dice.chance(0.5) ? [constraint] : [constraint, atom(dice)] };
  }
  return constraint;
}

const constraint = (dice: Dice): JsonObject => (dice.chance(0.7) ? atom(dice) : logical(dice));

function rule(dice: Dice, depth = 0): JsonObject {
  return {
    action: dice.pick(actions),
    ...(dice.chance(0.7) ? { constraint: Array.from({ length: 1 + dice.below(4) }, () => constraint(dice)) } : {}),
    ...(dice.chance(0.2) && depth < 6 ? { duty: [rule(dice, depth + 1)] } : {}),
    ...(dice.chance(0.1) && depth < 6 ? { 'odrl:consequence': [rule(dice, depth + 1)] } : {}),
    ...(dice.chance(0.1) && depth < 6 ? { 'odrl:remedy': [rule(dice, depth + 1)] } : {}),
    ...(dice.chance(0.1) ? { target: dice.pick(['urn:example:other', hostileString(dice)]) } : {}),
    ...(dice.chance(0.05) ? { assignee: hostileJson(dice) } : {}),
    ...(dice.chance(0.05) ? { 'odrl:refinement': [constraint(dice)] } : {}),
  };
}

type Change = (policy: JsonObject, dice: Dice) => readonly [deed: string, standing: Standing] | undefined;

const kinds = ['permission', 'prohibition', 'obligation'] as const;

const moreRules: Change = (policy, dice) => {
  const kind = dice.pick(kinds);
  const rules = policy[kind];
  const added = Array.from({ length: rarely(dice, [1, 1, 1, 2, 5], [30, 199]) }, () => rule(dice));
  policy[kind] = [...(Array.isArray(rules) ? rules : []), ...added];
  return [`${added.length} more of ${kind}`, 'open'];
};

const moreConstraints: Change = (policy, dice) => {
  const one = firstRule(policy);
  if (one === undefined) return undefined;
  const there = one['constraint'];
  one['constraint'] = [...(Array.isArray(there) ? there : []), constraint(dice)];
  return ['one more constraint', 'open'];
};

const anyConstraint: Change = (policy, dice) => {
  const one = firstRule(policy);
  if (one === undefined) return undefined;
  one['constraint'] = [constraint(dice)];
  return ['another constraint', 'open'];
};

const otherAction: Change = (policy, dice) => {
  const one = firstRule(policy);
  if (one === undefined) return undefined;
  if (dice.chance(0.5)) {
    one['action'] = dice.pick(actions);
    return ['another action', 'open'];
  }
  one['action'] = anyBut(dice, 'string');
  return ['an action that is no term', 'invalid'];
};

const noAction: Change = (policy) => {
  const one = firstRule(policy);
  if (one === undefined) return undefined;
  delete one['action'];
  return ['a rule without an action', 'invalid'];
};

/** Constraints that the standard's schema excludes, whatever stands beside them. */
const brokenConstraint: Change = (policy, dice) => {
  const one = firstRule(policy);
  if (one === undefined) return undefined;
  const { leftOperand, ...rest } = atom(dice);
  const whole = { leftOperand: leftOperand ?? '', ...rest };
  const broken: Json = dice.pick<Json>([
    rest,
    { ...whole, operator: dice.pick(['equals', 'odrl:eq', 'EQ', '', '__proto__']) },
    { ...whole, rightOperand: dice.pick<Json>([5, null, true]) },
    { ...whole, leftOperand: 5 },
    { ...whole, and: [whole] },
    { and: [whole], or: [whole] },
    { xone: whole },
    { or: [rest] },
    {},
    'urn:example:constraint',
    [whole],
    null,
  ]);
  one['constraint'] = [broken];
  return [`constraint ${JSON.stringify(broken).slice(0, 80)}`, 'invalid'];
};

const noArray: Change = (policy, dice) => {
  const kind = dice.pick(kinds);
  policy[kind] = dice.pick<Json>([rule(dice), [], null, 'use', 1]);
  return [`${kind} that is no list of rules`, 'invalid'];
};

const noRules: Change = (policy) => {
  delete policy['permission'];
  delete policy['prohibition'];
  return ['neither permission nor prohibition', 'invalid'];
};

const noHead: Change = (policy, dice) => {
  const name = dice.pick(['@id', '@type']);
  delete policy[name];
  return [`a policy without ${name}`, 'invalid'];
};

const otherHead: Change = (policy, dice) => {
  const [name, standing] = dice.pick<readonly [string, Standing]>([
    ['@id', 'open'],
    ['@type', 'invalid'],
    ['target', 'open'],
    ['assigner', 'open'],
    ['assignee', 'open'],
    ['profile', 'open'],
    ['timestamp', 'open'],
    ['odrl:conflict', 'open'],
    ['odrl:inheritFrom', 'open'],
    ['@context', 'open'],
    ['urn:causeway:v1:auditors', 'open'],
    ['urn:causeway:v1:unboundTokens', 'open'],
    ['urn:causeway:v1:classification', 'open'],
  ]);
  const given = dice.chance(0.5) ? hostileString(dice) : hostileJson(dice);
  policy[name] =
    name === '@type'
      ? dice.pick(['Set', 'Policy', 'odrl:Offer', '', policy['@type'] === 'Offer' ? 'Agreement' : 'Offer'])
      : given;
  return [`${name} of the policy`, standing];
};

function firstRule(policy: JsonObject): JsonObject | undefined {
  for (const kind of kinds) {
    const rules = policy[kind];
    const one = Array.isArray(rules) ? rules[0] : undefined;
    if (one !== null && typeof one === 'object' && !Array.isArray(one)) return one;
  }
  return undefined;
}

const changes = [
  ...[moreRules, moreRules, moreConstraints, anyConstraint, anyConstraint, otherAction, noAction],
  ...[brokenConstraint, brokenConstraint, noArray, noRules, noHead, otherHead, otherHead],
];

/** Changes what a message says may be done with the data. */
export function mutatePolicy(specimen: Specimen, dice: Dice): boolean {
  const policy = specimen.body?.['offer'] ?? specimen.body?.['agreement'];
  if (policy === null || typeof policy !== 'object' || Array.isArray(policy)) return false;
  const done = dice.pick(changes)(policy, dice);
  return done !== undefined && did(specimen, ...done);
}
