import { expect, test } from 'vitest';
import { checkPolicy } from '../check.js';
import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import type { DutyEvent } from '../duty/instance.js';
import { advanceDuty, startDuties } from '../duty/machine.js';
import type { DutyState, Facts, JsonValue, Policy } from '../model.js';
import { readPolicy } from '../parse/policy.js';
import { toWire } from '../wire.js';
import { compose } from './compose.js';
import { idsTemplates } from './ids.js';
import { agreementFor } from './offer.js';

const anna = 'urn:causeway:anna';
const now = Date.UTC(2027, 0, 15);
const day = 86_400_000;

type Values = Readonly<Record<string, string | number | readonly string[]>>;

/** What is asked: by anna, to use the data, now, where nothing is known, unless said otherwise. */
interface Case {
  readonly by?: string;
  readonly action?: string;
  readonly at?: number;
  readonly attested?: Values;
  readonly measured?: Values;
  readonly declared?: Values;
  readonly used?: number;
  /** The state of every duty and obligation. */
  readonly duty?: DutyState;
}

interface Class {
  readonly parameters: Readonly<Record<string, JsonValue>>;
  /** Permitted. */
  readonly passes: Case;
  /** Each is stopped; with the code of the reason. */
  readonly stopped: readonly (readonly [string, Case])[];
}

const euro = 'http://dbpedia.org/resource/Euro';
const unpaid = [
  ['DUTY_NOT_FULFILLED', {}],
  ['DUTY_NOT_FULFILLED', { duty: 'pending' }],
  ['DUTY_NOT_FULFILLED', { duty: 'violated' }],
] as const;

const classes: Readonly<Record<number, Class>> = {
  1: {
    parameters: { participants: [anna] },
    passes: {},
    stopped: [['ASSIGNEE_NOT_NAMED', { by: 'urn:causeway:eve' }]],
  },
  2: {
    parameters: { connectors: [anna] },
    passes: { attested: { systemDevice: anna } },
    stopped: [
      ['VALUE_NOT_ALLOWED', { attested: { systemDevice: 'urn:causeway:eve' } }],
      ['FACT_NOT_TRUSTED', { declared: { systemDevice: anna } }],
      ['FACT_MISSING', {}],
    ],
  },
  3: {
    parameters: { applications: ['urn:app:planner'] },
    passes: { measured: { 'idsc:APPLICATION': 'urn:app:planner' } },
    stopped: [['VALUE_NOT_ALLOWED', { measured: { 'idsc:APPLICATION': 'urn:app:other' } }]],
  },
  4: {
    parameters: { roles: ['planner', 'buyer'] },
    passes: { attested: { 'urn:causeway:v1:role': ['auditor', 'planner'] } },
    stopped: [
      ['VALUE_NOT_ALLOWED', { attested: { 'urn:causeway:v1:role': 'auditor' } }],
      ['FACT_NOT_TRUSTED', { declared: { 'urn:causeway:v1:role': 'planner' } }],
    ],
  },
  5: {
    parameters: { places: ['CN'] },
    passes: { attested: { spatial: 'CN' } },
    stopped: [
      ['VALUE_NOT_ALLOWED', { attested: { spatial: 'DE' } }],
      ['FACT_MISSING', {}],
    ],
  },
  6: {
    parameters: { purposes: ['maintenance'] },
    passes: { declared: { purpose: 'maintenance' } },
    stopped: [
      ['PURPOSE_NOT_ALLOWED', { declared: { purpose: 'resale' } }],
      ['PURPOSE_NOT_ALLOWED', { declared: { purpose: ['maintenance', 'resale'] } }],
    ],
  },
  7: {
    parameters: { event: 'Hannover Messe 2027' },
    passes: { declared: { event: 'Hannover Messe 2027' } },
    stopped: [['VALUE_NOT_ALLOWED', { declared: { event: 'CIIE 2027' } }]],
  },
  8: {
    parameters: { level: 'trust' },
    passes: { attested: { 'urn:causeway:v1:securityLevel': 'idsc:TRUST_PLUS_SECURITY_PROFILE' } },
    stopped: [['VALUE_NOT_ALLOWED', { attested: { 'urn:causeway:v1:securityLevel': 'idsc:BASE_SECURITY_PROFILE' } }]],
  },
  9: {
    parameters: { from: '2027-01-01T00:00:00+08:00', until: now + day },
    passes: { at: now + day - 1 },
    stopped: [
      ['TOO_LATE', { at: now + day }],
      ['TOO_EARLY', { at: Date.UTC(2026, 11, 31, 16) - 1 }],
    ],
  },
  10: {
    parameters: { duration: 'P90D' },
    passes: { measured: { elapsedTime: 90 * day } },
    stopped: [
      ['TOO_LATE', { measured: { elapsedTime: 90 * day + 1 } }],
      ['FACT_NOT_TRUSTED', { declared: { elapsedTime: 0 } }],
    ],
  },
  11: { parameters: { count: 10 }, passes: { used: 9 }, stopped: [['USES_EXHAUSTED', { used: 10 }]] },
  13: { parameters: { fields: ['name', 'phone'] }, passes: { duty: 'fulfilled' }, stopped: unpaid },
  17: {
    parameters: { policy: 'urn:causeway:terms' },
    passes: { action: 'distribute', duty: 'fulfilled' },
    stopped: [
      ['DUTY_NOT_FULFILLED', { action: 'distribute' }],
      ['ACTION_NOT_PERMITTED', { duty: 'fulfilled' }],
    ],
  },
  18: {
    parameters: { states: ['encrypted', 'anonymized'] },
    passes: { measured: { 'ids:artifact_state': ['anonymized', 'encrypted'] } },
    stopped: [['VALUE_NOT_ALLOWED', { measured: { 'ids:artifact_state': 'encrypted' } }]],
  },
  19: { parameters: { amount: '500.00', currency: euro }, passes: { duty: 'fulfilled' }, stopped: unpaid },
  20: { parameters: { amount: 500, currency: euro, every: 'P1M' }, passes: { duty: 'fulfilled' }, stopped: unpaid },
  21: {
    parameters: { state: 'emergency' },
    passes: { measured: { 'idsc:state': 'emergency' } },
    stopped: [['VALUE_NOT_ALLOWED', { measured: { 'idsc:state': 'normal' } }]],
  },
  22: {
    parameters: { places: ['CN'] },
    passes: { attested: { spatial: 'CN-31' } },
    stopped: [
      ['VALUE_NOT_ALLOWED', { attested: { spatial: 'DE' } }],
      ['FACT_NOT_TRUSTED', { declared: { spatial: 'CN' } }],
    ],
  },
  23: { parameters: {}, passes: { duty: 'fulfilled' }, stopped: unpaid },
  24: {
    parameters: { only: ['production', 'logistics'], none: ['confidential'] },
    passes: { measured: { 'skos:concept': 'production' } },
    stopped: [
      ['VALUE_NOT_ALLOWED', { measured: { 'skos:concept': 'health' } }],
      ['VALUE_NOT_ALLOWED', { measured: { 'skos:concept': ['production', 'confidential'] } }],
    ],
  },
  25: { parameters: {}, passes: { duty: 'fulfilled' }, stopped: unpaid },
};

/** Classes of which something is owed after delivery: the use passes, and the state of the obligation tells. */
const owed: Readonly<
  Record<
    number,
    { readonly parameters: Readonly<Record<string, JsonValue>>; readonly action: string; readonly late: number }
  >
> = {
  12: { parameters: { after: 'P30D' }, action: 'delete', late: now + 30 * day },
  14: { parameters: { by: '2027-06-01T00:00:00Z' }, action: 'anonymize', late: Date.UTC(2027, 5, 1) },
  15: { parameters: {}, action: 'idsc:log', late: now + day },
  16: { parameters: { recipient: 'urn:causeway:press', within: 'PT1H' }, action: 'inform', late: now + day / 24 },
};

const all = Array.from({ length: 25 }, (_, at) => at + 1);

function agreement(number: number, parameters: Readonly<Record<string, JsonValue>>): Policy {
  const template = idsTemplates[number];
  if (!template) throw new RangeError(`no class ${number}`);
  const offer = compose({ id: 'urn:uuid:offer', target: 'urn:causeway:press:data' }, [template.part(parameters)]);
  return readPolicy(
    agreementFor(readPolicy(offer), {
      id: 'urn:uuid:agreement',
      target: 'urn:causeway:press:data',
      assigner: 'urn:causeway:press',
      assignee: anna,
      timestamp: '2027-01-01T00:00:00.000Z',
    }),
  );
}

function parametersOf(number: number): Readonly<Record<string, JsonValue>> {
  return classes[number]?.parameters ?? owed[number]?.parameters ?? {};
}

function decided(policy: Policy, given: Case) {
  const by = given.by ?? anna;
  const values = Object.fromEntries(
    (['attested', 'measured', 'declared'] as const).flatMap((source) =>
      Object.entries(given[source] ?? {}).map(([operand, value]) => [operand, { value, source }] as const),
    ),
  );
  const facts: Facts = {
    now: given.at ?? now,
    assignee: by,
    values,
    within: (_operand, inner, outer) => inner.startsWith(outer),
    ...(given.used === undefined ? {} : { counts: () => given.used ?? 0 }),
    ...(given.duty === undefined ? {} : { duties: () => given.duty }),
  };
  const request = { action: given.action ?? 'use', target: 'urn:causeway:press:data', assignee: by };
  const { permit, reasons } = decide(compile(policy), request, facts);
  return permit ? 'permit' : reasons[0]?.code;
}

test('every class has a template, a case, and words in both languages', () => {
  expect(Object.keys(idsTemplates).map(Number)).toEqual(all);
  expect([...Object.keys(classes), ...Object.keys(owed)].map(Number).sort((a, b) => a - b)).toEqual(all);
  for (const { number, name, how } of Object.values(idsTemplates)) {
    expect(all).toContain(number);
    expect([name.en, name.zh, how.en, how.zh].every((text) => text.length > 3)).toBe(true);
  }
});

test.each(Object.keys(classes).map(Number))('class %i permits what it is for, and nothing else', (number) => {
  const { passes, stopped } = classes[number] ?? { passes: {}, stopped: [] };
  const policy = agreement(number, parametersOf(number));
  expect(decided(policy, passes)).toBe('permit');
  expect(stopped.map(([, given]) => decided(policy, given))).toEqual(stopped.map(([code]) => code));
});

test.each(Object.keys(owed).map(Number))(
  'class %i permits the use and is owed after it, until it is done or late',
  (number) => {
    const { parameters = {}, action = '', late = 0 } = owed[number] ?? {};
    const policy = agreement(number, parameters);
    expect(decided(policy, {})).toBe('permit');
    const [obligation, ...more] = startDuties(policy, { agreed: now - day, delivered: now }, now);
    if (!obligation) throw new Error('nothing is owed');
    expect([policy.obligations[0]?.action, obligation.state, more]).toEqual([action, 'pending', []]);
    const state = (event: DutyEvent) => advanceDuty(policy, obligation, event).instance.state;
    expect(state({ type: 'fulfilled', at: late, evidence: 'urn:proof' })).toBe('fulfilled');
    expect(state({ type: 'time', at: late })).toBe('pending');
    expect(state({ type: 'time', at: late + 1 })).toBe('violated');
  },
);

test.each(all)('class %i reads again as it was written', (number) => {
  const policy = agreement(number, parametersOf(number));
  expect(readPolicy(toWire(policy))).toEqual(policy);
  expect(checkPolicy(toWire(policy)).problems).toEqual([]);
});

test.each(all)('class %i as a declaration is shown and stops nobody', (number) => {
  // Whom it names is no condition that could be a mere declaration.
  if (number === 1) return;
  const policy = agreement(number, { ...parametersOf(number), declaredOnly: true });
  expect(decided(policy, { action: number === 17 ? 'distribute' : 'use' })).toBe('permit');
  expect(JSON.stringify(toWire(policy))).toContain('declaredOnly');
});

test.each(all)('class %i refuses parameters it does not have', (number) => {
  const template = idsTemplates[number];
  expect(() => template?.part({ ...parametersOf(number), surprise: 1 })).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_INVALID' }),
  );
  const [first] = template?.parameters ?? [];
  if (!first || first.optional) return;
  const { [first.name]: _left, ...rest } = parametersOf(number);
  expect(() => template?.part(rest)).toThrow(expect.objectContaining({ code: 'TEMPLATE_INVALID' }));
  expect(() => template?.part({ ...parametersOf(number), [first.name]: {} })).toThrow(first.name);
});
