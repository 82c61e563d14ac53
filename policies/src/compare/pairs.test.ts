import { expect, test } from 'vitest';
import { compareRequest, type JsonValue, type PolicyJson, parsePolicy } from '../index.js';

// Pairs of an offer and a request, with the verdict and the code and place of the first difference.

const steel = 'urn:causeway:maker:steel';
const c = (leftOperand: string, operator: string, rightOperand: JsonValue): PolicyJson => ({
  leftOperand,
  operator,
  rightOperand,
});
const time = (operator: string, text: string) =>
  c('odrl:dateTime', operator, { '@value': text, '@type': 'xsd:dateTime' });
const uses = (operator: string, most: number) =>
  c('odrl:count', operator, { '@value': String(most), '@type': 'xsd:integer' });
const purpose = (...names: string[]) => c('odrl:purpose', 'isAnyOf', names);
const may = (action: string, ...constraint: PolicyJson[]): PolicyJson => ({ action, constraint });
const policy = (parts: PolicyJson): PolicyJson => ({
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  target: steel,
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  ...parts,
});
const one = (...constraint: PolicyJson[]) => policy({ permission: [may('use', ...constraint)] });

const until = time('lt', '2027-06-01T00:00:00Z');
const later = time('lt', '2027-06-01T00:00:00.001Z');
const firm = { assignee: ['urn:causeway:anna', 'urn:causeway:bo'] };

const within: Record<string, [offer: PolicyJson, request: PolicyJson]> = {
  'the same': [one(until, uses('lteq', 5)), one(until, uses('lteq', 5))],
  'reordered constraints': [one(until, uses('lteq', 5)), one(uses('lteq', 5), until)],
  'reordered purposes': [one(purpose('a', 'b')), one(purpose('b', 'a'))],
  'reordered permissions': [
    policy({ permission: [may('odrl:read', until), may('odrl:print')] }),
    policy({ permission: [may('odrl:print'), may('odrl:read', until)] }),
  ],
  'absolute IRIs for compact ones': [
    one(until),
    one(c('http://www.w3.org/ns/odrl/2/dateTime', 'odrl:lt', '2027-06-01T00:00:00Z')),
  ],
  'the same instant in another zone': [one(until), one(time('lt', '2027-06-01T08:00:00+08:00'))],
  'the same instant as the end of a day': [one(until), one(time('lt', '2027-05-31T24:00:00Z'))],
  'fewer uses': [one(uses('lteq', 5)), one(uses('lteq', 4))],
  'lteq 4 written as lt 5': [one(uses('lteq', 4)), one(uses('lt', 5))],
  'the first use only': [one(uses('lteq', 5)), one(uses('eq', 1))],
  'a subset of the assignees': [
    policy({ ...firm, permission: [may('use')] }),
    policy({ assignee: 'urn:causeway:bo', permission: [may('use')] }),
  ],
  'an assignee where the offer names none': [one(), policy({ assignee: 'urn:causeway:bo', permission: [may('use')] })],
  'a narrower action': [one(until), policy({ permission: [may('odrl:read', until)] })],
  'two levels narrower': [one(), policy({ permission: [may('odrl:display')] })],
  'one more constraint': [one(until), one(until, purpose('maintenance'))],
  'an earlier end': [one(until), one(time('lt', '2027-05-01T00:00:00Z'))],
  'lteq made lt at the boundary': [one(time('lteq', '2027-06-01T00:00:00Z')), one(until)],
  'a later start': [one(time('gteq', '2027-01-01T00:00:00Z')), one(time('gt', '2027-01-01T00:00:00Z'))],
  'fewer purposes': [one(purpose('a', 'b')), one(c('odrl:purpose', 'eq', 'a'))],
  'an or branch removed': [one({ or: [purpose('a'), until] }), one(until)],
  'an or of purposes written as a list': [one({ or: [purpose('a'), purpose('b')] }), one(purpose('a', 'b'))],
  'one permission split in two': [
    one(purpose('a', 'b')),
    policy({ permission: [may('use', purpose('a')), may('use', purpose('b'))] }),
  ],
  'two windows that meet joined in one': [
    policy({
      permission: [
        may('use', until),
        may('use', time('gteq', '2027-06-01T00:00:00Z'), time('lt', '2027-09-01T00:00:00Z')),
      ],
    }),
    one(time('lt', '2027-08-01T00:00:00Z')),
  ],
  'uses split among permissions, fewer in all': [
    one(uses('lteq', 5)),
    policy({ permission: [may('odrl:read', uses('lteq', 2)), may('odrl:print', uses('lteq', 3))] }),
  ],
  'a prohibition kept': [
    policy({ permission: [may('use')], prohibition: [may('odrl:distribute')] }),
    policy({ permission: [may('use')], prohibition: [may('odrl:distribute')] }),
  ],
  'a prohibition broadened': [
    policy({ permission: [may('use')], prohibition: [may('odrl:distribute', purpose('resale'))] }),
    policy({ permission: [may('use')], prohibition: [may('odrl:distribute')] }),
  ],
  'a prohibition added': [one(), policy({ permission: [may('use')], prohibition: [may('odrl:distribute')] })],
};

type Refusal = [offer: PolicyJson, request: PolicyJson, code: string, path: string];
const distribute = policy({ permission: [may('use')], prohibition: [may('odrl:distribute')] });

const exceeds: Record<string, Refusal> = {
  'a constraint dropped': [one(until, uses('lteq', 5)), one(uses('lteq', 5)), 'CONSTRAINT_DROPPED', '/permission/0'],
  'all constraints dropped': [one(uses('lteq', 5)), one(), 'CONSTRAINT_DROPPED', '/permission/0'],
  'a purpose dropped': [one(purpose('a')), one(), 'CONSTRAINT_DROPPED', '/permission/0'],
  'a prohibition dropped': [distribute, one(), 'PROHIBITION_DROPPED', '/prohibition'],
  'a prohibition dropped that no permission meets': [
    policy({ permission: [may('odrl:read')], prohibition: [may('odrl:distribute')] }),
    policy({ permission: [may('odrl:read')] }),
    'PROHIBITION_DROPPED',
    '/prohibition',
  ],
  'a prohibition narrowed by a constraint': [
    distribute,
    policy({ permission: [may('use')], prohibition: [may('odrl:distribute', purpose('resale'))] }),
    'PROHIBITION_DROPPED',
    '/prohibition/0',
  ],
  'a prohibition outweighed by the strategy perm': [
    distribute,
    { ...distribute, 'odrl:conflict': { '@id': 'odrl:perm' } },
    'PROHIBITION_DROPPED',
    '/prohibition/0',
  ],
  'lt made lteq at the boundary': [
    one(until),
    one(time('lteq', '2027-06-01T00:00:00Z')),
    'WINDOW_WIDER',
    '/permission/0/constraint/0',
  ],
  'a later end by a millisecond': [one(until), one(later), 'WINDOW_WIDER', '/permission/0/constraint/0'],
  'a later end': [one(until), one(time('lt', '2027-07-01T00:00:00Z')), 'WINDOW_WIDER', '/permission/0/constraint/0'],
  'the same clock time in a western zone': [
    one(until),
    one(time('lt', '2027-06-01T00:00:00-05:00')),
    'WINDOW_WIDER',
    '/permission/0/constraint/0',
  ],
  'an earlier start': [
    one(time('gteq', '2027-01-01T00:00:00Z'), until),
    one(time('gteq', '2026-12-01T00:00:00Z'), until),
    'WINDOW_WIDER',
    '/permission/0/constraint/0',
  ],
  'more uses': [one(uses('lteq', 5)), one(uses('lteq', 6)), 'COUNT_HIGHER', '/permission/0/constraint/0'],
  'lt 5 made lteq 5': [one(uses('lt', 5)), one(uses('lteq', 5)), 'COUNT_HIGHER', '/permission/0/constraint/0'],
  'one more purpose': [one(purpose('a')), one(purpose('a', 'b')), 'PURPOSE_WIDER', '/permission/0/constraint/0'],
  'any purpose but one': [
    one(purpose('a')),
    one(c('odrl:purpose', 'neq', 'b')),
    'PURPOSE_WIDER',
    '/permission/0/constraint/0',
  ],
  'an or branch added': [
    one(until),
    one({ or: [until, purpose('a')] }),
    'BRANCH_ADDED',
    '/permission/0/constraint/0/or/1',
  ],
  'an or branch added to an or': [
    one({ or: [purpose('a'), purpose('b')] }),
    one({ or: [purpose('a'), purpose('c'), purpose('b')] }),
    'BRANCH_ADDED',
    '/permission/0/constraint/0/or/1',
  ],
  'and made or': [
    one({ and: [until, purpose('a')] }),
    one({ or: [until, purpose('a')] }),
    'BRANCH_ADDED',
    '/permission/0/constraint/0/or/0',
  ],
  'a broader action': [policy({ permission: [may('odrl:read')] }), one(), 'ACTION_BROADER', '/permission/0/action'],
  'another action': [
    policy({ permission: [may('odrl:read')] }),
    policy({ permission: [may('odrl:print')] }),
    'ACTION_BROADER',
    '/permission/0/action',
  ],
  'a permission added': [
    policy({ permission: [may('odrl:read')] }),
    policy({ permission: [may('odrl:read'), may('odrl:distribute')] }),
    'ACTION_BROADER',
    '/permission/1/action',
  ],
  'another target': [one(), { ...one(), target: 'urn:causeway:maker:copper' }, 'TARGET_DIFFERS', '/target'],
  'another assigner': [
    { ...one(), assigner: 'urn:causeway:maker' },
    { ...one(), assigner: 'urn:causeway:other' },
    'ASSIGNER_DIFFERS',
    '/assigner',
  ],
  'one more assignee': [
    policy({ assignee: 'urn:causeway:anna', permission: [may('use')] }),
    policy({ ...firm, permission: [may('use')] }),
    'ASSIGNEE_WIDER',
    '/assignee',
  ],
  'other auditors': [
    one(),
    { ...one(), 'urn:causeway:v1:auditors': ['urn:causeway:aud'] },
    'AUDITORS_DIFFER',
    '/urn:causeway:v1:auditors',
  ],
  'auditors dropped': [
    { ...one(), 'urn:causeway:v1:auditors': ['urn:causeway:aud'] },
    one(),
    'AUDITORS_DIFFER',
    '/urn:causeway:v1:auditors',
  ],
  'tokens bound to nothing': [
    one(),
    { ...one(), 'urn:causeway:v1:unboundTokens': true },
    'UNBOUND_NOT_OFFERED',
    '/urn:causeway:v1:unboundTokens',
  ],
};

const unknown: Record<string, Refusal> = {
  'uses split among permissions, more in all': [
    one(uses('lteq', 5)),
    policy({ permission: [may('odrl:read', uses('lteq', 5)), may('odrl:print', uses('lteq', 5))] }),
    'COUNT_NOT_PROVEN',
    '/permission/1',
  ],
  'the strategy dropped, so that the request voids itself': [
    distribute,
    { ...distribute, 'odrl:conflict': { '@id': 'odrl:invalid' } },
    'POLICY_VOID',
    '/prohibition/0',
  ],
  'a target where the offer has none': [
    { '@type': 'Offer', '@id': 'urn:uuid:1', permission: [may('use')] },
    one(),
    'TARGET_UNKNOWN',
    '/target',
  ],
  'a known profile that the offer does not name': [
    one(),
    { ...one(), profile: 'http://www.w3.org/ns/odrl/2/core' },
    'PROFILE_DIFFERS',
    '/profile',
  ],
};

function compared(offer: PolicyJson, request: PolicyJson) {
  const [asked, granted] = [parsePolicy(request, { kind: 'Request' }), parsePolicy(offer, { kind: 'Offer' })];
  if (!asked.ok || !granted.ok) throw new Error(JSON.stringify([asked, granted]));
  return compareRequest(asked.policy, granted.policy);
}

test.each(Object.entries(within))('within: %s', (_, [offer, request]) => {
  expect(compared(offer, request)).toEqual({ verdict: 'within' });
});

test.each(Object.entries(exceeds))('exceeds: %s', (_, [offer, request, code, path]) => {
  const found = compared(offer, request);
  expect(found.verdict).toBe('exceeds');
  expect(found.verdict !== 'within' && found.reasons[0]).toMatchObject({ code, path });
});

test.each(Object.entries(unknown))('unknown: %s', (_, [offer, request, code, path]) => {
  expect(compared(offer, request)).toMatchObject({ verdict: 'unknown', reasons: [{ code, path }] });
});

test('an unknown profile, operand or action in a request is refused before it is compared', () => {
  const refused = (json: PolicyJson) => {
    const result = parsePolicy(json, { kind: 'Request' });
    return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
  };
  expect(refused({ ...one(), profile: 'urn:x:profile' })).toEqual(['PROFILE_UNKNOWN /profile']);
  expect(refused(one(c('odrl:mood', 'eq', 'good')))).toEqual([
    'OPERAND_UNKNOWN /permission/0/constraint/0/leftOperand',
  ]);
  expect(refused(policy({ permission: [may('odrl:reed')] }))).toEqual(['ACTION_UNKNOWN /permission/0/action']);
});

test('the reason names the difference in words, and the witness shows it', () => {
  expect(compared(one(until), one(time('lteq', '2027-06-01T00:00:00Z')))).toEqual({
    verdict: 'exceeds',
    reasons: [
      {
        code: 'WINDOW_WIDER',
        path: '/permission/0/constraint/0',
        en: 'the request permits use at 2027-06-01T00:00:00Z; the offer permits before 2027-06-01T00:00:00Z (/permission/0/constraint/0)',
        zh: '请求许可在 2027年6月1日 00:00（UTC） 使用；要约要求：2027年6月1日 00:00（UTC）之前（/permission/0/constraint/0）',
      },
    ],
    witness: {
      request: { action: 'use', target: steel, assignee: 'urn:causeway:v1:any-0' },
      facts: { now: Date.UTC(2027, 5, 1), used: 0 },
    },
  });
});

test('the context says who asks, and what an offer out of a catalog is about', () => {
  const parse = (json: PolicyJson) => {
    const result = parsePolicy(json);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.policy;
  };
  const offer = parse({ '@type': 'Offer', '@id': 'urn:uuid:1', ...firm, permission: [may('use')] });
  const context = { assignee: 'urn:causeway:bo', target: steel, assigner: 'urn:causeway:maker' };
  const request = parse({ ...one(), assigner: 'urn:causeway:maker' });
  expect(compareRequest(request, offer, context)).toEqual({ verdict: 'within' });
  expect(compareRequest(request, offer, { ...context, assignee: 'urn:causeway:eve' })).toMatchObject({
    verdict: 'exceeds',
    reasons: [{ code: 'ASSIGNEE_WIDER' }],
  });
  expect(compareRequest(request, offer, { ...context, target: 'urn:causeway:maker:copper' })).toMatchObject({
    reasons: [{ code: 'TARGET_DIFFERS' }],
  });
  const forBo = parse({ ...one(), assignee: 'urn:causeway:bo' });
  expect(compareRequest(forBo, offer, { ...context, assignee: 'urn:causeway:anna' })).toMatchObject({
    verdict: 'exceeds',
    reasons: [{ code: 'ASSIGNEE_NOT_REQUESTER', path: '/assignee' }],
  });
});

test('262 or-ed windows are compared; beyond the bound of work the verdict is unknown', () => {
  const windows = Array.from({ length: 262 }, (_, day): PolicyJson => {
    const start = Date.UTC(2024, 0, 1 + day, 9);
    return {
      and: [time('gteq', new Date(start).toISOString()), time('lt', new Date(start + 8 * 3_600_000).toISOString())],
    };
  });
  expect(compared(one({ or: windows }), one({ or: windows.toReversed() }))).toEqual({ verdict: 'within' });
  expect(compared(one({ or: windows.slice(1) }), one({ or: windows })).verdict).toBe('exceeds');

  const wild = Array.from(
    { length: 16 },
    (_, at): PolicyJson => ({
      and: [
        time('gteq', new Date(at * 1_000).toISOString()),
        purpose(`a${at}`, `b${at + 1}`, `a${at * 2}`),
        uses('lteq', at),
      ],
    }),
  );
  const found = compared(one({ xone: wild }, { xone: wild }), one({ xone: wild.toReversed() }));
  expect(found).toMatchObject({ verdict: 'unknown', reasons: [{ code: 'TOO_COMPLEX' }] });
});
