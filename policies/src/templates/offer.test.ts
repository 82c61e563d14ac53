import { expect, test } from 'vitest';
import { readPolicy } from '../parse/policy.js';
import { toWire } from '../wire.js';
import { agreementFor, offerFor } from './offer.js';

test('every term is in the offer, and nothing else', () => {
  const policy = readPolicy(
    offerFor({
      id: 'urn:uuid:1',
      target: 'urn:d',
      assignees: ['urn:a'],
      action: 'read',
      from: Date.UTC(2027, 0, 1),
      until: '2028-01-01T00:00:00Z',
      duration: 'P90D',
      count: 3,
      purposes: ['p'],
      places: ['CN'],
      roles: ['planner'],
      securityLevel: 'trust+',
      systems: ['urn:c'],
      mask: ['name'],
      deleteAfter: 'P30D',
      deleteBy: Date.UTC(2028, 5, 1),
      noSharing: true,
      prohibit: ['odrl:sell'],
      log: true,
      notify: true,
      auditors: ['urn:aud'],
      classification: { level: 2 },
    }),
  );
  const [permission] = policy.permissions;
  expect(permission?.action).toBe('read');
  expect(permission?.constraints.map((each) => ('operand' in each ? `${each.operand} ${each.operator}` : ''))).toEqual([
    'dateTime gteq',
    'dateTime lt',
    'elapsedTime lteq',
    'count lteq',
    'purpose isAnyOf',
    'spatial isPartOf',
    'urn:causeway:v1:role isAnyOf',
    'urn:causeway:v1:securityLevel isPartOf',
    'systemDevice isAnyOf',
  ]);
  expect(permission?.duties.map(({ action }) => action)).toEqual(['urn:causeway:v1:mask']);
  expect(policy.prohibitions.map(({ action }) => action)).toEqual(['distribute', 'sell']);
  expect(policy.obligations.map(({ action }) => action)).toEqual(['delete', 'delete', 'idsc:log', 'inform']);
  expect([policy.conflict, policy.target?.id, policy.auditors, policy.classification]).toEqual([
    'prohibit',
    'urn:d',
    ['urn:aud'],
    { level: 2 },
  ]);
});

test('an agreement keeps the rules of its request, and names one assignee', () => {
  const request = readPolicy(
    offerFor({ id: 'urn:uuid:1', assignees: ['urn:a', 'urn:b'], count: 3, deleteAfter: 'P1D', mask: ['name'] }),
  );
  const terms = {
    id: 'urn:uuid:2',
    target: 'urn:d',
    assigner: 'urn:p',
    assignee: 'urn:a',
    timestamp: '2027-01-01T00:00:00.000Z',
  };
  const { permission, obligation, assignee, assigner, target, timestamp } = agreementFor(request, terms);
  expect({ permission, obligation }).toMatchObject({
    permission: toWire(request).permission,
    obligation: toWire(request).obligation,
  });
  expect({ assignee, assigner, target, timestamp }).toEqual({
    assignee: 'urn:a',
    assigner: 'urn:p',
    target: 'urn:d',
    timestamp: terms.timestamp,
  });
});

test('no sharing may be said in two ways', () => {
  expect(offerFor({ id: 'urn:o', noSharing: true, prohibit: ['odrl:distribute'] }).prohibition).toHaveLength(1);
  expect(offerFor({ id: 'urn:o', noSharing: false, log: false, notify: false }).prohibition).toBeUndefined();
});
