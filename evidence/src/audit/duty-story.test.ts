import { expect, test } from 'vitest';
import { type DutyStatement, saltOf } from '../record/statement.js';
import { consumer, dutiful, dutyStatement, provider, recordOf, type Signing, usual } from '../testing/record.js';
import { verifyAudit } from './verify-audit.js';

async function audit(signings: readonly Signing[]) {
  const { bytes, options } = await recordOf(signings);
  const report = await verifyAudit(bytes, options);
  return { ...report, codes: report.findings.map(({ code }) => code) };
}

const { deleted: _deleted, ...nothing } = dutyStatement;
const kept: DutyStatement = {
  ...nothing,
  outcome: 'violated',
  result: 'kept',
  salt: saltOf(new Uint8Array(16).fill(2)),
};

test('a duty that was kept is part of the story, and verifies', async () => {
  const report = await audit(dutiful);
  expect(report.codes).toEqual([]);
  const { duty, action, transfer, outcome, result, due, time } = dutyStatement;
  expect(report.story?.duties).toEqual([{ duty, action, transfer, outcome, result, due, time }]);
  expect((await audit(usual)).story?.duties).toEqual([]);
});

test('a violated duty is told and is no finding; a file that was kept may be deleted later', async () => {
  const late: DutyStatement = { ...dutyStatement, outcome: 'violated', time: '2026-07-01T00:00:00.000Z' };
  const report = await audit([
    ...usual,
    { statement: kept, signer: consumer, sequence: '3' },
    { statement: late, signer: consumer, sequence: '4' },
  ]);
  expect(report.codes).toEqual([]);
  expect(report.story?.duties.map(({ result, outcome }) => [result, outcome])).toEqual([
    ['kept', 'violated'],
    ['deleted', 'violated'],
  ]);
});

test.each<[string, readonly Signing[], string[]]>([
  [
    'that its provider signed',
    [...usual, { statement: dutyStatement, signer: provider, sequence: '4' }],
    ['ENVELOPE_FOREIGN'],
  ],
  [
    'of a transfer that nobody started',
    [...usual, { statement: { ...dutyStatement, transfer: 'urn:uuid:9' }, signer: consumer, sequence: '3' }],
    ['CHAIN_BROKEN'],
  ],
  [
    'that was answered for already',
    [...dutiful, { statement: { ...dutyStatement, salt: kept.salt }, signer: consumer, sequence: '4' }],
    ['STORY_DIFFERS'],
  ],
])('a duty %s is found', async (_name, signings, codes) => {
  expect((await audit(signings)).codes).toEqual(codes);
});

test('whose statement is withheld is counted as unreleased', async () => {
  const signing: Signing = { statement: dutyStatement, signer: consumer, sequence: '3', unreleased: true };
  const report = await audit([...usual, signing]);
  expect([report.codes, report.story?.duties.length, report.story?.unreleased.length]).toEqual([[], 0, 1]);
});
