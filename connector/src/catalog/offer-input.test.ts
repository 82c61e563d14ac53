import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model.js';
import { type OfferInput, readOffer } from './offer-input.js';

const dataset = 'urn:causeway:p:d';
const member = 'urn:causeway:cars';
const provider = 'urn:causeway:p';
const read = (input: OfferInput, level?: 1 | 2 | 3) =>
  readOffer({ dataset, provider, ...(level && { classification: { level } }) }, input, '/offers/0');
const policy = (more: JsonObject): OfferInput => ({
  policy: { permission: [{ action: 'use' }], assignee: member, ...more },
});
const problems = (input: OfferInput, level?: 1 | 2 | 3): readonly { code: string; path: string }[] => {
  try {
    read(input, level);
  } catch (error) {
    return (error as { data: { problems: { code: string; path: string }[] } }).data.problems;
  }
  return [];
};

const event = { leftOperand: 'odrl:event', operator: 'eq', rightOperand: 'Hannover Messe' };
const unenforceable: readonly [string, JsonObject, string][] = [
  [
    'a condition that nobody has a fact for',
    { permission: [{ action: 'use', constraint: [event] }] },
    '/permission/0/constraint/0',
  ],
  [
    'a better source than there is',
    {
      permission: [
        {
          action: 'use',
          constraint: [
            { leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: 'x', 'urn:causeway:v1:source': 'attested' },
          ],
        },
      ],
    },
    '/permission/0/constraint/0',
  ],
  [
    'a duty before the use',
    { permission: [{ action: 'use', duty: [{ action: 'odrl:obtainConsent' }] }] },
    '/permission/0/duty/0',
  ],
  ['a deletion that is never due', { obligation: [{ action: 'odrl:delete' }] }, '/obligation/0'],
  ['an obligation that nobody keeps', { obligation: [{ action: 'odrl:archive' }] }, '/obligation/0'],
];

describe('what nobody can enforce', () => {
  test.each(unenforceable)('%s is refused with its place', (_name, more, path) => {
    expect(problems(policy(more))).toMatchObject([{ code: 'NOT_ENFORCED', path: `/offers/0/policy${path}` }]);
  });

  test.each(unenforceable)('%s stands where its owner marks it', (_name, more, path) => {
    const offer = read({ ...policy(more), declaredOnly: true });
    const place = path
      .split('/')
      .slice(1)
      .reduce<unknown>((at, step) => Reflect.get(at as object, step), offer?.policy);
    expect(place).toMatchObject({ 'urn:causeway:v1:declaredOnly': true });
    expect(JSON.stringify(offer?.policy).match(/declaredOnly/g)).toHaveLength(1);
  });

  test('is not marked where there is nothing of it', () => {
    const terms = { assignees: [member], roles: ['buyer'], deleteAfter: 'P30D' };
    expect(read({ terms, declaredOnly: true })).toEqual(read({ terms }));
  });
});

describe('the floor of the classification', () => {
  const whole = { assignees: [member], purposes: ['planning'], until: '2999-01-01T00:00:00Z', count: 3 };
  test('is nothing for what is not classified, or of level 1', () => {
    for (const level of [undefined, 1] as const) expect(problems({ terms: { assignees: ['*'] } }, level)).toEqual([]);
  });

  test.each(['purposes', 'until', 'count'] as const)(
    'of level 2 is a purpose, an end and a count: without %s',
    (member) => {
      const { [member]: _left, ...terms } = whole;
      expect(problems({ terms }, 2)).toMatchObject([{ code: 'CLASSIFICATION_FLOOR' }]);
    },
  );

  test('of level 3 is named parties beside: nothing is offered openly', () => {
    expect(problems({ terms: whole }, 3)).toEqual([]);
    expect(problems({ terms: { ...whole, assignees: ['*'] } }, 2)).toEqual([]);
    expect(problems({ terms: { ...whole, assignees: ['*'] } }, 3)).toMatchObject([{ code: 'CLASSIFICATION_FLOOR' }]);
  });
});

test('terms for nobody are no offer; the same terms are the same offer', () => {
  expect(read({ terms: {} })).toBeUndefined();
  const one = read({ terms: { assignees: [member], count: 3 } });
  expect(read({ terms: { assignees: [member], count: 3 } })).toEqual(one);
  expect(read({ terms: { assignees: [member], count: 4 } })?.id).not.toBe(one?.id);
});

test('whether somebody is shown it is decided on attributes only where a condition is about who asks', () => {
  const access = (terms: object) => read({ terms: { assignees: ['*'], ...terms } })?.access;
  expect(access({ roles: ['buyer'] })).toEqual([{ to: '*', condition: expect.stringMatching(/^sha-256:/) }]);
  expect(access({ purposes: ['planning'], count: 3 })).toEqual([{ to: '*' }]);
});
