import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describePolicy } from './describe.js';
import type { Asset, AtomicConstraint, Constraint, Duty, OrderedValue, Party, Policy, Rule } from './model.js';
import { factSources, partyFunctions } from './model.js';
import { actionTerms } from './odrl/actions.js';
import { odrlOperands, operators } from './odrl/operands.js';
import { allProfiles } from './profiles/table.js';
import { valueWords } from './words/ordered.js';
import { namesWords } from './words/terms.js';

// Any policy at all, made by hand: also what no parser would let through.

const word = fc.constantFrom('maintenance', '维修', 'urn:x:y', 'two words', 'a”. b');
const number = fc.constantFrom('0', '1', '10', '3.5', '-2');
const value = fc.oneof(
  fc
    .array(word, { minLength: 1, maxLength: 10 })
    .map((names) => ({ type: 'terms' as const, terms: names.map((text) => ({ text, iri: false })) })),
  number.map(
    (text): OrderedValue => ({ type: 'ordered', text, datatype: 'xsd:decimal', low: Number(text), high: Number(text) }),
  ),
  fc
    .constantFrom('P30D', 'PT1H', 'P1M', '-P1Y')
    .map((text): OrderedValue => ({ type: 'ordered', text, datatype: 'xsd:duration', low: 1, high: 2 })),
  fc.constantFrom('2027-01-01T00:00:00Z', '2027-01-01T00:00:00+08:00', '2027-01-01', '2027-06-01T12:00:00').map(
    (text): OrderedValue => ({
      type: 'ordered',
      text,
      datatype: text.length > 10 ? 'xsd:dateTime' : 'xsd:date',
      low: Date.parse(text),
      high: Date.parse(text),
    }),
  ),
  fc.constant<OrderedValue>({
    type: 'ordered',
    text: 'never',
    datatype: 'xsd:dateTime',
    low: Number.NaN,
    high: Number.POSITIVE_INFINITY,
  }),
);
const operandTerms = [...odrlOperands, ...allProfiles.flatMap(({ operands = [] }) => operands)].map(({ term }) => term);
const optional = <T>(key: string, arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found }));
const atom: fc.Arbitrary<AtomicConstraint> = fc
  .tuple(
    fc.record({
      path: fc.constant('/x'),
      operand: fc.constantFrom(...operandTerms, 'urn:other#thing'),
      operator: fc.constantFrom(...operators),
      value,
    }),
    optional('unit', fc.constantFrom('http://dbpedia.org/resource/Euro', 'urn:x:unit')),
    optional('source', fc.constantFrom(...factSources)),
    optional('declaredOnly', fc.constant(true)),
  )
  .map(([base, ...more]) => Object.assign({}, base, ...more));
const constraint: fc.Arbitrary<Constraint> = fc.letrec<{ one: Constraint }>((tie) => ({
  one: fc.oneof(
    { weight: 3, arbitrary: atom },
    fc.record({
      path: fc.constant('/x'),
      logic: fc.constantFrom('and', 'or', 'xone', 'andSequence'),
      operands: fc.array(tie('one'), { maxLength: 3 }),
    }),
  ),
})).one;
const constraints = fc.array(constraint, { maxLength: 3 });
const place = fc.record<Party & Asset>({
  id: word,
  collection: fc.boolean(),
  refinements: fc.array(atom, { maxLength: 1 }),
});
const dutyOf = (consequences: fc.Arbitrary<readonly Duty[]>): fc.Arbitrary<Duty> =>
  fc
    .tuple(
      fc.record({
        duty: fc.constant('d'),
        path: fc.constant('/d'),
        action: fc.constantFrom(...actionTerms, 'urn:other#do'),
        actionRefinements: constraints,
        constraints,
        consequences,
        declaredOnly: fc.boolean(),
      }),
      optional('target', place),
      optional('assignees', fc.array(place, { maxLength: 2 })),
      optional(
        'functions',
        fc
          .constantFrom(...partyFunctions)
          .map((name) => [{ function: name, parties: [{ id: 'urn:f', collection: false, refinements: [] }] }]),
      ),
      optional('nextPolicy', word),
    )
    .map(([base, ...more]) => Object.assign({}, base, ...more));
const duties = fc.array(dutyOf(fc.array(dutyOf(fc.constant([])), { maxLength: 1 })), { maxLength: 2 });
const ruleOf = (kind: Rule['kind']): fc.Arbitrary<Rule> =>
  fc
    .tuple(
      fc.record({
        kind: fc.constant(kind),
        rule: fc.constant('r'),
        path: fc.constant('/r'),
        actionRefinements: constraints,
        constraints,
        duties: kind === 'permission' ? duties : fc.constant([]),
        remedies: kind === 'prohibition' ? duties : fc.constant([]),
        declaredOnly: fc.boolean(),
      }),
      optional('action', fc.constantFrom(...actionTerms)),
      optional('target', place),
      optional('assignees', fc.array(place, { maxLength: 2 })),
    )
    .map(([base, ...more]) => Object.assign({}, base, ...more));
const policy: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.record({
      kind: fc.constantFrom('Offer', 'Agreement', 'Set'),
      profiles: fc.constant([]),
      conflict: fc.constantFrom('invalid', 'prohibit', 'perm'),
      permissions: fc.array(ruleOf('permission'), { maxLength: 2 }),
      prohibitions: fc.array(ruleOf('prohibition'), { maxLength: 2 }),
      obligations: duties,
    }),
    optional('target', place),
    optional('assigner', word),
    optional('assignees', fc.array(place, { maxLength: 2 })),
    optional('timestamp', word),
    optional('metadata', fc.constant({ 'dc:title': ['A title. With a sentence'] })),
    optional('auditors', fc.array(word, { maxLength: 10 })),
    optional('classification', fc.constantFrom({ level: 3 as const }, { level: 1 as const, domain: 'x y' })),
  )
  .map(([base, ...more]) => Object.assign({}, base, ...more));

function atomsOf(found: readonly Constraint[]): AtomicConstraint[] {
  return found.flatMap((each) => ('operand' in each ? [each] : atomsOf(each.operands)));
}

function dutyAtoms(duty: Duty): AtomicConstraint[] {
  return [
    ...atomsOf([...duty.constraints, ...duty.actionRefinements]),
    ...(duty.assignees ?? []).flatMap(({ refinements }) => atomsOf(refinements)),
    ...duty.consequences.flatMap(dutyAtoms),
  ];
}

function everyAtom({ permissions, prohibitions, obligations }: Policy): AtomicConstraint[] {
  const rules = [...permissions, ...prohibitions].flatMap((rule) => [
    ...atomsOf([...rule.constraints, ...rule.actionRefinements]),
    ...[...(rule.assignees ?? []), ...(rule.target ? [rule.target] : [])].flatMap(({ refinements }) =>
      atomsOf(refinements),
    ),
    ...[...rule.duties, ...rule.remedies].flatMap(dutyAtoms),
  ]);
  return [...rules, ...obligations.flatMap(dutyAtoms)];
}

test('any policy has words, and they leave no value out', () => {
  fc.assert(
    fc.property(policy, (found) => {
      for (const lang of ['en', 'zh'] as const) {
        const text = describePolicy(found, lang);
        expect(text).not.toMatch(/undefined|\[object/);
        for (const each of everyAtom(found)) {
          const said =
            each.value.type === 'ordered'
              ? valueWords(each.value, each.unit)
              : namesWords(
                  each.value.terms.map((term) => term.text),
                  Number.POSITIVE_INFINITY,
                );
          expect(text).toContain(said[lang]);
        }
        const marks = everyAtom(found).filter(({ declaredOnly }) => declaredOnly).length;
        expect(text.split(lang === 'en' ? '[declared only' : '【仅为声明').length - 1).toBeGreaterThanOrEqual(marks);
      }
    }),
    { numRuns: 400, seed: 7 },
  );
});
