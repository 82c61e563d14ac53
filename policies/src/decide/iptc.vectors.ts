import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AtomicConstraint, Constraint, Fact, Facts, Policy, PolicyJson, Rule } from '../model.js';
import { operand } from '../odrl/scale.js';
import { readPolicy } from '../parse/policy.js';
import { compile } from './compile.js';
import { compared } from './condition.js';
import { decide } from './decide.js';
import { reportRules } from './report.js';

// IPTC's evaluator test: examples 12 to 18 of the Information Model. A case says of each constraint and refinement whether it is
// satisfied; here that becomes a fact which satisfies it or does not, and the whole engine runs.

const folder = join(process.env['CAUSEWAY_SHARED'] ?? '', 'vectors/odrl/iptc');

type Level = { [key: string]: string | Level };
type Preset = 'Satisfied' | 'Not-Satisfied';
const cases = Object.entries(yamlOf(readFileSync(join(folder, 'testconfig.yml'), 'utf8'))).filter(([name]) =>
  name.startsWith('case_'),
);
const expected = new Map<string, { readonly active: boolean; readonly allowed: boolean }>(
  readFileSync(join(folder, 'expected.tsv'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', result = ''] = line.split('\t');
      const [, active, status] =
        /\[Rule is: (ACTIVE|NOT ACTIVE)\], status = (Allowed|Not-Allowed)\|/.exec(result) ?? [];
      if (status === undefined) throw new Error(`no verdict in “${line}”`);
      return [`case_${name}`, { active: active === 'ACTIVE', allowed: status === 'Allowed' }];
    }),
);

test('every configured case has an archived result, and both results are among them', () => {
  expect(cases.map(([name]) => name).sort()).toEqual([...expected.keys()].sort());
  expect(cases).toHaveLength(15);
  for (const { active, allowed } of expected.values()) expect(active).toBe(allowed);
  expect(new Set([...expected.values()].map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
});

test.each(cases)('%s', (name, config) => {
  expect(allowed(config)).toBe(expected.get(name)?.allowed);
});

test('the harness can fail: with every preset turned round, the cases that depend on one come out otherwise', () => {
  const turned = cases.filter(([name, config]) => allowed(config, (preset) => !preset) !== expected.get(name)?.allowed);
  // 12 has nothing to satisfy, and of 15's two alternatives both or none is denied and one of them permitted either way.
  expect(new Set(turned.map(([name]) => name.slice(0, 11)))).toEqual(
    new Set(['case_imex13', 'case_imex14', 'case_imex16', 'case_imex17', 'case_imex18']),
  );
  expect(turned).toHaveLength(10);
});

/** Whether the rule permits the use under the case's presets. */
function allowed(config: string | Level, turn = (preset: boolean) => preset): boolean {
  const policy = policyOf(textAt(config, 'filename'));
  const [rule, ...more] = policy.permissions;
  expect(textAt(config, 'evalRuleproperty')).toBe('permission.1');
  if (rule === undefined || more.length > 0) throw new Error('the policy has not exactly one permission');
  const presets = new Presets(at(config, 'evalpresets'), turn);
  const facts = factsOf(rule, presets);
  const request = {
    action: rule.action ?? 'use',
    target: rule.target?.collection ? 'urn:a-member' : (rule.target?.id ?? 'urn:anything'),
    assignee: rule.assignees?.[0]?.collection ? 'urn:a-friend' : (rule.assignees?.[0]?.id ?? 'urn:anybody'),
  };
  const compiled = compile(policy);
  const { permit } = decide(compiled, request, facts, { as: policy.kind === 'Offer' ? 'offer' : 'agreement' });
  const [report] = reportRules(compiled, request, facts);
  // IPTC calls a rule active only where the refinements of its action hold too.
  expect(permit).toBe(report?.active === true && report.refined === true);
  return permit;
}

class Presets {
  readonly #presets: Level;
  readonly #turn: (preset: boolean) => boolean;

  constructor(presets: string | Level | undefined, turn: (preset: boolean) => boolean) {
    if (typeof presets !== 'object') throw new Error('the case has no presets');
    this.#presets = presets;
    this.#turn = turn;
  }

  satisfied(atom: AtomicConstraint, kind: 'constraint' | 'refinement'): boolean {
    const own = atom.id === undefined ? undefined : at(at(this.#presets, 'instances'), atom.id);
    const preset = own ?? at(at(this.#presets, 'defaults'), kind);
    if (!isPreset(preset)) throw new Error(`no preset for the ${kind} on ${atom.operand}`);
    return this.#turn(preset === 'Satisfied');
  }
}

function isPreset(text: string | Level | undefined): text is Preset {
  return text === 'Satisfied' || text === 'Not-Satisfied';
}

function factsOf(rule: Rule, presets: Presets): Facts {
  const values: Record<string, Fact> = {};
  const refinements = [
    ...rule.actionRefinements,
    ...(rule.target?.refinements ?? []),
    ...(rule.assignees ?? []).flatMap((party) => party.refinements),
  ];
  for (const atom of rule.constraints.flatMap(atomsOf))
    values[atom.operand] = factFor(atom, presets.satisfied(atom, 'constraint'));
  for (const atom of refinements.flatMap(atomsOf))
    values[atom.operand] = factFor(atom, presets.satisfied(atom, 'refinement'));
  const { dateTime, ...rest } = values;
  return {
    now: typeof dateTime?.value === 'number' ? dateTime.value : 0,
    values: rest,
    memberOf: (member, collection) =>
      (member === 'urn:a-member' && collection === rule.target?.id) ||
      (member === 'urn:a-friend' && collection === rule.assignees?.[0]?.id),
  };
}

function atomsOf(constraint: Constraint): readonly AtomicConstraint[] {
  return 'operand' in constraint ? [constraint] : constraint.operands.flatMap(atomsOf);
}

function factFor({ operator, value, unit }: AtomicConstraint, satisfied: boolean): Fact {
  if (value.type !== 'ordered') throw new Error('these examples compare on scales only');
  const found = [value.low - 1, value.high + 1, value.low].find(
    (fact) => compared(operator, fact, fact, value) === satisfied,
  );
  if (found === undefined) throw new Error('no fact does that');
  return { value: found, source: 'declared', ...(unit === undefined ? {} : { unit }) };
}

function policyOf(name: string): Policy {
  const json: PolicyJson = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const profile = json['profile'];
  if (typeof profile !== 'string') throw new Error(`${name} names no profile`);
  return readPolicy(json, {
    // The examples' profiles and the constraints that 15 refers to were never written down: their terms are guessed from the use.
    profiles: [
      {
        iris: [profile],
        name: 'of an example',
        prefixes: { foaf: 'http://xmlns.com/foaf/0.1/' },
        operands: [operand('foaf:age', 'number'), operand('runningTime', 'number')],
        bare: true,
      },
    ],
    constraints: {
      'http://example.com/p:88/C1': bounded('http://example.com/p:88/C1', 'payAmount'),
      'http://example.com/p:88/C2': bounded('http://example.com/p:88/C2', 'percentage'),
    },
  });
}

function bounded(id: string, leftOperand: string): PolicyJson {
  return { '@id': id, leftOperand, operator: 'lteq', rightOperand: { '@value': '50', '@type': 'xsd:decimal' } };
}

function at(level: string | Level | undefined, key: string): string | Level | undefined {
  return typeof level === 'object' ? level[key] : undefined;
}

function textAt(level: string | Level, key: string): string {
  const found = at(level, key);
  if (typeof found !== 'string') throw new Error(`the case has no ${key}`);
  return found;
}

/** Nested maps of quoted texts, two spaces a level: all the YAML that the file uses; anything else is an error. */
function yamlOf(text: string): Level {
  const root: Level = {};
  const open: Level[] = [root];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, indent = '', quoted, bare, value] =
      /^( *)(?:"([^"]+)"|([A-Za-z0-9_-]+)):(?: +"([^"]*)")?\s*$/.exec(line) ?? [];
    const key = quoted ?? bare;
    const level = open[indent.length / 2];
    if (key === undefined || level === undefined) throw new Error(`this harness does not read “${line}”`);
    open.length = indent.length / 2 + 1;
    if (value === undefined) open.push({});
    const inner = open[indent.length / 2 + 1];
    level[key] = value ?? inner ?? {};
  }
  return root;
}
