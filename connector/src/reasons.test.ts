import { EvidenceError } from '@causeway/evidence';
import { StoreError } from '@causeway/platform';
import { expect, test } from 'vitest';
import { finalReason, refusal } from './reasons.js';

test('whatever a step throws ends its process with a reason, but for a store that fails', () => {
  expect(finalReason(refusal('POLICY_DENIED', 'no', '不'))).toEqual({ code: 'POLICY_DENIED', en: 'no', zh: '不' });
  expect(finalReason(new EvidenceError('TOO_LARGE', 'too large'))).toMatchObject({ code: 'EVIDENCE_INVALID' });
  for (const thrown of [new TypeError('secret path'), 'secret path', undefined]) {
    const reason = finalReason(thrown);
    expect(reason.code).toBe('MESSAGE_INVALID');
    expect(JSON.stringify(reason)).not.toContain('secret');
  }
  const failing = new StoreError('STORE_FAILED', 'the disk is full');
  expect(() => finalReason(failing)).toThrow(failing);
});
