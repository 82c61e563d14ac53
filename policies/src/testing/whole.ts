import fc from 'fast-check';
import type { JsonValue, PolicyJson } from '../model.js';
import { odrlActionNames } from '../odrl/actions.js';
import { type Operand, odrlOperands } from '../odrl/operands.js';
import { listOperators } from '../odrl/scale.js';
import { allProfiles } from '../profiles/table.js';

/** Policies over the whole information model: every operand, action, operator and spelling that is read. */

const uri = fc.integer({ min: 0, max: 9 }).map((at) => `urn:example:${at}`);
const text = fc.oneof(uri, fc.constantFrom('maintenance', 'DE', '2.0', 'a b', 'idsc:TRUST_SECURITY_PROFILE', '数据'));
const operands: readonly Operand[] = [...odrlOperands, ...allProfiles.flatMap((each) => each.operands ?? [])];
const actions = [...odrlActionNames, ...allProfiles.flatMap((each) => each.actions?.map(({ term }) => term) ?? [])];

/** Bare, compact or absolute, where the namespace allows it. */
function spelled(term: string): fc.Arbitrary<string> {
  if (term.includes(':')) return fc.constant(term);
  return fc.constantFrom(term, `odrl:${term}`, `http://www.w3.org/ns/odrl/2/${term}`);
}

function value(operand: Operand, operator: string): fc.Arbitrary<JsonValue> {
  if (operand.scale === 'terms') {
    const one = fc.oneof(
      text,
      uri.map((id): JsonValue => ({ '@id': id })),
      text.map(typed('xsd:string')),
    );
    return listOperators.some((each) => each === operator) ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
  }
  if (operand.scale === 'instant') {
    return fc.constantFrom<JsonValue>(
      '2027-01-01T00:00:00Z',
      '2027-01-01T00:00:00.5+08:00',
      '2027-06-01',
      '2027-01-01T00:00',
      { '@value': '2027-01-01', '@type': 'xsd:date' },
      { '@value': '2027-01-01T00:00:00Z', '@type': 'xsd:dateTimeStamp' },
    );
  }
  if (operand.scale === 'duration') {
    const spans = fc.constantFrom('P30D', 'PT60M', 'P1Y2M3DT4H5M6.789S', 'P2W', 'P60M');
    return fc.oneof(spans, spans.filter((each) => !each.includes('W')).map(typed('xsd:duration')));
  }
  const whole = fc.integer({ min: 0, max: 100 });
  const plain = operand.scale === 'integer' ? whole : fc.oneof(whole, fc.constantFrom(0.5, 12.25, 99.999));
  return plain.chain((number) =>
    fc.constantFrom<JsonValue>(number, String(number), { '@value': String(number), '@type': 'xsd:decimal' }),
  );
}

function typed(type: string) {
  return (each: string): JsonValue => ({ '@value': each, '@type': type });
}

const maybe = <T extends object>(arbitrary: fc.Arbitrary<T>, every = 4) =>
  fc.oneof({ weight: every - 1, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });

function atom(counted: boolean): fc.Arbitrary<PolicyJson> {
  return fc
    .constantFrom(...operands.filter(({ term }) => counted || term !== 'count'))
    .chain((operand) =>
      fc
        .constantFrom(...operand.operators)
        .chain((operator) =>
          fc
            .tuple(
              spelled(operand.term),
              spelled(operator),
              value(operand, operator),
              maybe(fc.record({ '@id': fc.uuid().map((id) => `urn:uuid:${id}`) }), 12),
              maybe(fc.constant(operand.scale === 'number' ? { 'odrl:unit': { '@id': 'urn:unit:metre' } } : {})),
              maybe(
                fc.constantFrom({ 'urn:causeway:v1:source': 'attested' }, { 'urn:causeway:v1:declaredOnly': true }),
                6,
              ),
            )
            .map(
              ([leftOperand, named, rightOperand, ...parts]): PolicyJson =>
                Object.assign({}, { leftOperand, operator: named, rightOperand }, ...parts),
            ),
        ),
    );
}

function constraint(counted: boolean): fc.Arbitrary<JsonValue> {
  const joined = (inner: fc.Arbitrary<JsonValue>) =>
    fc
      .tuple(fc.constantFrom('and', 'or', 'xone', 'andSequence'), fc.array(inner, { minLength: 1, maxLength: 3 }))
      // Exactly one of what nobody decides is refused.
      .filter(([logic, parts]) => logic !== 'xone' || !JSON.stringify(parts).includes('declaredOnly'))
      .map(([logic, parts]): JsonValue => ({ [logic]: parts }));
  const one: fc.Arbitrary<JsonValue> = atom(counted);
  return fc.oneof({ weight: 4, arbitrary: one }, joined(one), joined(joined(one)));
}

function constraints(counted: boolean): fc.Arbitrary<PolicyJson> {
  return maybe(
    fc.array(constraint(counted), { minLength: 1, maxLength: 3 }).map((list): PolicyJson => ({ constraint: list })),
    2,
  );
}

function action(counted: boolean, names: readonly string[] = actions): fc.Arbitrary<JsonValue> {
  const name = fc.constantFrom(...names).chain(spelled);
  const refined = fc
    .tuple(name, fc.array(constraint(counted), { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(
      ([id, refinement, value]): JsonValue =>
        value ? { 'rdf:value': { '@id': id }, refinement } : { '@id': id, refinement },
    );
  return fc.oneof({ weight: 5, arbitrary: name }, refined);
}

function place(kind: 'Asset' | 'Party'): fc.Arbitrary<JsonValue> {
  const refinement = fc.array(constraint(false), { minLength: 1, maxLength: 2 });
  return fc.oneof(
    { weight: 4, arbitrary: uri },
    uri.map((id): JsonValue => ({ '@type': `${kind}Collection`, uid: id })),
    fc
      .tuple(uri, refinement)
      .map(([source, list]): JsonValue => ({ '@type': `${kind}Collection`, source, refinement: list })),
    fc.tuple(uri, refinement).map(([id, list]): JsonValue => ({ '@type': kind, '@id': id, refinement: list })),
  );
}

const later = new Set(['delete', 'uninstall', 'archive', 'inform', 'idsc:log']);
const before = actions.filter((each) => !later.has(each));

function duty(consequences: boolean, names: readonly string[]): fc.Arbitrary<JsonValue> {
  return fc
    .tuple(
      action(true, names),
      constraints(true),
      maybe(fc.record({ target: place('Asset') })),
      maybe(fc.record({ assignee: place('Party') })),
      maybe(fc.record({ informedParty: place('Party') })),
      consequences
        ? maybe(fc.array(duty(false, actions), { minLength: 1, maxLength: 2 }).map((consequence) => ({ consequence })))
        : fc.constant({}),
    )
    .map(([named, ...parts]): JsonValue => Object.assign({ action: named }, ...parts));
}

function rule(kind: 'permission' | 'prohibition'): fc.Arbitrary<JsonValue> {
  const counted = kind === 'permission';
  const duties: fc.Arbitrary<PolicyJson> =
    kind === 'permission'
      ? fc.array(duty(true, before), { minLength: 1, maxLength: 2 }).map((list) => ({ duty: list }))
      : fc.array(duty(false, actions), { minLength: 1, maxLength: 2 }).map((list) => ({ remedy: list }));
  return fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: action(counted) }, fc.array(action(counted), { minLength: 2, maxLength: 3 })),
      constraints(counted),
      maybe(duties),
      maybe(fc.record({ target: place('Asset') })),
      maybe(
        fc.record({ assignee: fc.oneof(place('Party'), fc.array(place('Party'), { minLength: 1, maxLength: 3 })) }),
      ),
      maybe(fc.record({ assigner: uri }), 8),
      maybe(fc.constant({ 'urn:causeway:v1:declaredOnly': true }), 10),
    )
    .map(([named, ...parts]): JsonValue => Object.assign({ action: named }, ...parts));
}

/** A policy of any class with all profiles declared. It is always read. */
export const whole: fc.Arbitrary<PolicyJson> = fc
  .record({
    kind: fc.constantFrom('Offer', 'Set', 'Agreement'),
    permission: fc.array(rule('permission'), { minLength: 1, maxLength: 2 }),
    prohibition: fc.array(rule('prohibition'), { maxLength: 2 }),
    obligation: fc.array(duty(true, actions), { maxLength: 2 }),
    conflict: fc.constantFrom('invalid', 'prohibit', 'perm'),
    more: maybe(
      fc.constantFrom<PolicyJson>(
        { 'urn:causeway:v1:auditors': ['urn:example:aud'] },
        { 'urn:causeway:v1:classification': { level: '2', domain: 'production' } },
        { 'dc:creator': 'a', 'dc:description': ['x', 'y'] },
      ),
      2,
    ),
  })
  .map(({ kind, permission, prohibition, obligation, conflict, more }) => ({
    '@type': kind,
    '@id': 'urn:uuid:whole',
    profile: allProfiles.flatMap(({ iris }) => iris.slice(0, 1)),
    'odrl:conflict': { '@id': `odrl:${conflict}` },
    target: 'urn:example:asset',
    assigner: 'urn:example:assigner',
    assignee: 'urn:example:assignee',
    permission,
    ...(prohibition.length === 0 ? {} : { prohibition }),
    ...(obligation.length === 0 ? {} : { obligation }),
    ...more,
  }));
