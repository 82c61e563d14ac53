import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import { PolicyError } from '../errors.js';
import type { Fact, Facts } from '../model.js';
import { readPolicy } from '../parse/policy.js';
import { compose } from './compose.js';
import { declaredOnly, type Part } from './part.js';
import * as parts from './parts.js';

const head = { id: 'urn:uuid:offer', target: 'urn:d' };
const [anna, bo] = ['urn:causeway:anna', 'urn:causeway:bo'];

function refused(...list: Part[]): string[] {
  try {
    compose(head, list);
  } catch (error) {
    if (error instanceof PolicyError) return [error.code, ...error.problems.map(({ path }) => path)];
    throw error;
  }
  return [];
}

test('nothing is limited by nothing', () => {
  expect(compose(head, [])).toEqual({
    '@type': 'Offer',
    '@id': 'urn:uuid:offer',
    'odrl:conflict': { '@id': 'odrl:prohibit' },
    target: 'urn:d',
    permission: [{ action: 'use' }],
  });
});

test('parts meet where all of them do, and say the same only once', () => {
  const offer = compose(head, [
    parts.onlyFirms([anna, bo]),
    parts.onlyFirms([bo, 'urn:causeway:chen']),
    parts.atMostTimes(3),
    parts.atMostTimes(3),
    { action: 'read' },
    { action: 'use' },
    parts.auditedBy(['urn:x']),
    parts.auditedBy(['urn:x', 'urn:y']),
    parts.noSharing(),
    parts.prohibiting(['odrl:distribute']),
  ]);
  expect(offer).toMatchObject({
    assignee: bo,
    permission: [{ action: 'odrl:read', constraint: [expect.objectContaining({ leftOperand: 'odrl:count' })] }],
    prohibition: [{ action: 'odrl:distribute' }],
    'urn:causeway:v1:auditors': ['urn:x', 'urn:y'],
  });
});

const january = '2027-01-01T00:00:00Z';
test.each<[string, Part[], string]>([
  ['parties nobody is among', [parts.onlyFirms([anna]), parts.onlyFirms([bo])], '/assignee'],
  ['actions that exclude each other', [{ action: 'read' }, { action: 'odrl:distribute' }], '/permission/0/action'],
  [
    'two levels',
    [parts.classifiedAs({ level: 1 }), parts.classifiedAs({ level: 3 })],
    '/urn:causeway:v1:classification',
  ],
  [
    'two domains',
    [parts.classifiedAs({ level: 1, domain: 'research' }), parts.classifiedAs({ level: 1, domain: 'production' })],
    '/urn:causeway:v1:classification',
  ],
  [
    'an end before the beginning',
    [parts.startingAt('2027-01-01T08:00:01+08:00'), parts.endingAt(january)],
    '/permission/0',
  ],
  ['an end at the beginning', [parts.startingAt(january), parts.endingAt(january)], '/permission/0'],
  ['no use at all', [parts.atMostTimes(0)], '/permission/0/constraint/0'],
  [
    'purposes that exclude each other',
    [parts.onlyForPurpose(['a', 'b']), parts.onlyForPurpose(['c'])],
    '/permission/0',
  ],
  ['the use itself prohibited', [parts.prohibiting(['use'])], '/permission/0'],
  [
    'what is permitted prohibited with more',
    [{ action: 'odrl:display' }, parts.prohibiting(['odrl:play'])],
    '/permission/0',
  ],
])('%s contradict', (_name, list, path) => {
  expect(refused(...list)).toEqual(['TEMPLATES_CONTRADICT', path]);
});

test('what is only declared contradicts nothing that is decided, and unknown terms have their places', () => {
  expect(refused(parts.noSharing(), { action: 'use' })).toEqual([]);
  expect(refused(declaredOnly(parts.noSharing()), parts.prohibiting(['odrl:sell']))).toEqual([]);
  expect(refused({ action: 'raed' })).toEqual(['POLICY_INVALID', '/permission/0/action']);
  expect(refused(parts.deleteAfter('soon'))).toEqual(['POLICY_INVALID', '/obligation/0/constraint/0/rightOperand']);
});

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.subarray([anna, bo, 'urn:causeway:chen'], { minLength: 1 }).map(parts.onlyFirms),
  fc.constantFrom('use', 'read', 'odrl:display').map((action): Part => ({ action })),
  fc.integer({ min: 0, max: 3 }).map((day) => parts.startingAt(Date.UTC(2027, 0, day + 1))),
  fc.integer({ min: 2, max: 5 }).map((day) => parts.endingAt(Date.UTC(2027, 0, day + 1))),
  fc.integer({ min: 1, max: 3 }).map(parts.atMostTimes),
  fc.subarray(['a', 'b', 'c'], { minLength: 1 }).map(parts.onlyForPurpose),
  fc.constantFrom('CN', 'DE').map((place) => parts.onlyInPlace([place])),
  fc.constant(parts.noSharing()),
  fc.constant(parts.maskFields(['name'])),
  fc.constantFrom('P1D', 'P2D').map(parts.forAsLongAs),
);

const request = fc.record({
  action: fc.constantFrom('use', 'read', 'odrl:display', 'odrl:distribute'),
  target: fc.constant('urn:d'),
  assignee: fc.constantFrom(anna, bo, 'urn:causeway:eve'),
});
const facts: fc.Arbitrary<Facts> = fc
  .record({
    day: fc.integer({ min: 0, max: 6 }),
    used: fc.integer({ min: 0, max: 3 }),
    purpose: fc.constantFrom<string | readonly string[] | undefined>('a', 'b', 'c', ['a', 'b'], undefined),
    place: fc.constantFrom('CN', 'DE', undefined),
    elapsed: fc.integer({ min: 0, max: 3 }),
    masked: fc.boolean(),
  })
  .map(({ day, used, purpose, place, elapsed, masked }) => {
    const values: Record<string, Fact> = { elapsedTime: { value: elapsed * 86_400_000, source: 'measured' } };
    if (purpose !== undefined) values.purpose = { value: purpose, source: 'declared' };
    if (place !== undefined) values.spatial = { value: place, source: 'attested' };
    return {
      now: Date.UTC(2027, 0, day + 1),
      values,
      counts: () => used,
      duties: () => (masked ? 'fulfilled' : undefined),
    };
  });

test('what the whole permits, each part permits', () => {
  let permitted = 0;
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(request, facts), { minLength: 20, maxLength: 20 }),
      (list, uses) => {
        const refusal = refused(...list);
        if (refusal.length > 0) {
          expect(refusal[0]).toBe('TEMPLATES_CONTRADICT');
          return;
        }
        const of = (some: readonly Part[]) => compile(readPolicy(compose(head, some)));
        const whole = of(list);
        const single = list.map((each) => of([each]));
        for (const [asked, known] of uses) {
          if (!decide(whole, asked, known, { as: 'offer' }).permit) continue;
          permitted += 1;
          for (const each of single) expect(decide(each, asked, known, { as: 'offer' }).permit).toBe(true);
        }
      },
    ),
    { numRuns: 150, seed: 5 },
  );
  expect(permitted).toBeGreaterThan(50);
});
