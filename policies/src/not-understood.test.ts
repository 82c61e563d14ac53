import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from './decide/compile.js';
import { decide } from './decide/decide.js';
import type { Fact, Facts, JsonValue, PolicyJson } from './model.js';
import { type Operand, odrlOperands } from './odrl/operands.js';
import { parsePolicy } from './parse/policy.js';
import { allProfiles } from './profiles/table.js';
import { type Mutant, mutants } from './testing/mutants.js';
import { whole } from './testing/whole.js';

const base: PolicyJson = {
  '@type': 'Agreement',
  '@id': 'urn:uuid:1',
  target: 'urn:asset',
  assigner: 'urn:maker',
  assignee: 'urn:user',
  permission: [{ action: 'use' }],
};
const withAtom = (changed: PolicyJson): PolicyJson => ({
  ...base,
  permission: [
    { action: 'use', constraint: [{ leftOperand: 'payAmount', operator: 'lteq', rightOperand: '5', ...changed }] },
  ],
});

test.each<[string, JsonValue, string, string]>([
  ['operand', withAtom({ leftOperand: 'odrl:payAmout' }), 'OPERAND_UNKNOWN', 'odrl:payAmout'],
  ['operator', withAtom({ operator: 'lessThan' }), 'OPERATOR_UNKNOWN', 'lessThan'],
  ['action', { ...base, permission: [{ action: 'odrl:exploit' }] }, 'ACTION_UNKNOWN', 'odrl:exploit'],
  ['profile', { ...base, profile: 'urn:profile:9' }, 'PROFILE_UNKNOWN', 'urn:profile:9'],
  ['unit', withAtom({ 'odrl:unit': 'Euro' }), 'UNIT_UNKNOWN', 'Euro'],
  ['datatype', withAtom({ rightOperand: { '@value': '5', '@type': 'xsd:money' } }), 'DATATYPE_UNKNOWN', 'xsd:money'],
  ['term of a profile', withAtom({ leftOperand: 'idsc:ROLE', operator: 'eq' }), 'PROFILE_MISSING', 'idsc:ROLE'],
  ['bare term of a profile', withAtom({ leftOperand: 'Membership', operator: 'eq' }), 'PROFILE_MISSING', 'Membership'],
])('an unknown %s is refused with a reason that names it', (_, json, code, name) => {
  const result = parsePolicy(json);
  const found = result.ok ? undefined : result.problems.find((problem) => problem.code === code);
  expect(found?.message).toContain(`“${name}”`);
});

test('a unit that nobody gave a fact in denies, whatever the number', () => {
  const result = parsePolicy(withAtom({ 'odrl:unit': { '@id': 'urn:unit:euro' } }));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const request = { action: 'use', target: 'urn:asset', assignee: 'urn:user' };
  const verdict = (fact: Omit<Fact, 'source'>) =>
    decide(compile(result.policy), request, { now: 0, values: { payAmount: { ...fact, source: 'measured' } } });
  expect(verdict({ value: 1, unit: 'urn:unit:euro' }).permit).toBe(true);
  expect(verdict({ value: 1, unit: 'urn:unit:yen' })).toMatchObject({
    permit: false,
    reasons: [{ code: 'UNIT_DIFFERS' }],
  });
  expect(verdict({ value: 1 })).toMatchObject({ permit: false, reasons: [{ code: 'UNIT_DIFFERS' }] });
});

const operands: readonly Operand[] = [...odrlOperands, ...allProfiles.flatMap((each) => each.operands ?? [])];
const names = ['maintenance', 'DE', '2.0', 'urn:example:1', 'urn:example:2', 'urn:example:3', '数据'];

/** Something for every operand, so that as much as possible is decided rather than unknown. */
const facts: fc.Arbitrary<Facts> = fc
  .tuple(
    fc.constantFrom(Date.UTC(2026, 11, 31), Date.UTC(2027, 0, 1), Date.UTC(2027, 6, 1)),
    fc.infiniteStream(fc.nat(99)),
    fc.boolean(),
  )
  .map(([now, stream, member]) => {
    const next = () => stream.next().value ?? 0;
    const value = ({ scale }: Operand): Fact['value'] => {
      if (scale === 'terms') return names[next() % names.length] ?? '';
      return scale === 'duration' ? next() * 86_400_000 : next() % 101;
    };
    const entries = operands.map((each): [string, Fact] => {
      const unit = each.scale === 'number' && next() % 2 === 0 ? { unit: 'urn:unit:metre' } : {};
      return [each.term, { value: value(each), source: 'attested', ...unit }];
    });
    return {
      now,
      values: Object.fromEntries(entries),
      counts: () => 3,
      duties: () => (member ? 'fulfilled' : 'violated'),
      memberOf: () => member,
      within: () => member,
    };
  });

function permits(json: JsonValue, given: Facts, action: string): boolean | undefined {
  const result = parsePolicy(json);
  if (!result.ok) return undefined;
  const { kind } = result.policy;
  const as = kind === 'Agreement' ? 'agreement' : kind === 'Offer' ? 'offer' : 'set';
  const request = { action, target: 'urn:example:asset', assignee: 'urn:example:assignee' };
  return decide(compile(result.policy), request, given, { as }).permit;
}

const marks = ['x', ':', '_', ' ', 'ing', '/', '#'];

/** Whether the reason is about this place and says what was not understood. */
function namesIt({ path }: Mutant, written: string, problems: readonly { path: string; message: string }[]): boolean {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return problems.some((each) => each.path.startsWith(parent) && each.message.includes(written.slice(0, 40)));
}

test('no term that is not understood turns a denial into a permit; whatever is refused is named', () => {
  let [denied, refused, read] = [0, 0, 0];
  fc.assert(
    fc.property(whole, facts, fc.nat(), fc.constantFrom(...marks), fc.nat(), (json, given, at, mark, which) => {
      const asked = ['use', 'read', 'odrl:sell', 'odrl:distribute'][which % 4] ?? 'use';
      if (permits(json, given, asked) !== false) return;
      denied += 1;
      const all = mutants(json);
      const mutant = all[at % all.length];
      if (!mutant) return;
      const written = mutant.text + mark;
      const changed = mutant.with(written);
      const result = parsePolicy(changed);
      if (result.ok) {
        // A unit is any IRI, and a mark at the end of one makes another.
        read += 1;
        expect(mutant.path).toMatch(/unit|@id$/);
        expect(permits(changed, given, asked)).toBe(false);
      } else {
        refused += 1;
        expect([written, mutant.path, result.problems, namesIt(mutant, written, result.problems)]).toContain(true);
      }
    }),
    { seed: 23, numRuns: 1_000 },
  );
  expect(denied).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(read);
});
