import { expect, test } from 'vitest';
import { readMessage } from './validate.js';
import { dspContext } from './vocabulary.js';

const agreement = (timestamp: string) => ({
  '@context': [dspContext],
  '@type': 'ContractAgreementMessage',
  providerPid: 'urn:uuid:1',
  consumerPid: 'urn:uuid:2',
  agreement: {
    '@id': 'urn:uuid:3',
    '@type': 'Agreement',
    target: 'urn:causeway:p:d',
    assigner: 'urn:causeway:p',
    assignee: 'urn:causeway:c',
    permission: [{ action: 'use' }],
    timestamp,
  },
});

test.each([
  '2026-11-21T04:00:00Z',
  '2026-11-21T04:00:00.123456789+08:00',
  '2026-11-21T24:00:00',
  '-0001-01-01T00:00:00Z',
])('the timestamp of an agreement may be %s', (timestamp) => {
  expect(readMessage('ContractAgreementMessage', agreement(timestamp))).toBeDefined();
});

test.each([
  '',
  'valueOf',
  '2026-11-21',
  '2026-13-21T04:00:00Z',
  '2026-11-21T04:00:00Z, or later',
  '2026-11-21T25:00:00Z',
])('the timestamp of an agreement is not %j', (timestamp) => {
  expect(() => readMessage('ContractAgreementMessage', agreement(timestamp))).toThrow(/timestamp/);
});
