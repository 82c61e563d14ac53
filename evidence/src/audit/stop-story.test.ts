import { expect, test } from 'vitest';
import { saltOf } from '../record/statement.js';
import {
  agreementEndStatement,
  consumer,
  endStatement,
  provider,
  recordOf,
  type Signing,
  startStatement,
  stopStatement,
  usual,
} from '../testing/record.js';
import { verifyAudit } from './verify-audit.js';

async function audit(signings: readonly Signing[]) {
  const { bytes, options } = await recordOf(signings);
  const report = await verifyAudit(bytes, options);
  return { ...report, codes: report.findings.map(({ code }) => code) };
}

const started = usual.slice(0, 3);
const stopped: Signing = { statement: stopStatement, signer: provider, sequence: '3' };
const ended: Signing = { statement: agreementEndStatement, signer: consumer, sequence: '2' };
const otherSalt = saltOf(new Uint8Array(16).fill(3));

test('a transfer that was stopped, and an agreement that was ended, are told with their reasons', async () => {
  const { codes, story } = await audit([...started, stopped, ended]);
  expect(codes).toEqual([]);
  const { by, code, reason, time } = stopStatement;
  expect(story?.transfers).toMatchObject([
    { transfer: 'urn:uuid:4', story: 'stopped', stopped: { by, code, reason, time } },
  ]);
  expect(story?.ended).toEqual([
    { by: consumer, code: 'OPERATOR', reason: 'the project is over', time: agreementEndStatement.time },
  ]);
  expect((await audit(usual)).story).toMatchObject({ ended: [], transfers: [{ story: 'agreed' }] });
});

test('what was under way may still be closed after the agreement has ended, and both may end it', async () => {
  const own = { ...agreementEndStatement, signer: provider };
  const report = await audit([
    ...started,
    { statement: own, signer: provider, sequence: '3' },
    ended,
    { ...stopped, sequence: '4' },
  ]);
  expect(report.codes).toEqual([]);
  expect(report.story?.ended.map(({ by }) => by)).toEqual([provider, consumer]);
});

test('a stop whose statement is withheld leaves the story open', async () => {
  const report = await audit([...started, { ...stopped, unreleased: true }]);
  expect([report.codes, report.story?.transfers]).toMatchObject([[], [{ story: 'unknown' }]]);
});

const ownEnd = { statement: { ...agreementEndStatement, signer: provider }, signer: provider } as const;
test.each<[string, readonly Signing[], string[]]>([
  [
    'a stop that the consumer signed',
    [...started, { ...stopped, signer: consumer, sequence: '2' }],
    ['ENVELOPE_FOREIGN'],
  ],
  [
    'a stop of what nobody started',
    [...started, { ...stopped, statement: { ...stopStatement, start: stopStatement.agreement } }],
    ['CHAIN_BROKEN'],
  ],
  [
    'a stop of another transfer than was started',
    [...started, { ...stopped, statement: { ...stopStatement, transfer: 'urn:uuid:9' } }],
    ['CHAIN_BROKEN'],
  ],
  [
    'a stop by the move of a stranger',
    [...started, { ...stopped, statement: { ...stopStatement, by: 'urn:causeway:stranger' } }],
    ['CHAIN_BROKEN'],
  ],
  ['a stop of what was sent', [...usual, { ...stopped, sequence: '4' }], ['STORY_DIFFERS']],
  [
    'a second stop',
    [...started, stopped, { ...stopped, sequence: '4', statement: { ...stopStatement, salt: otherSalt } }],
    ['STORY_DIFFERS'],
  ],
  ['an end in the name of the other', [...started, { ...ended, signer: provider, sequence: '3' }], ['CHAIN_BROKEN']],
  [
    'a second end by the same',
    [...started, ended, { ...ended, sequence: '3', statement: { ...agreementEndStatement, salt: otherSalt } }],
    ['STORY_DIFFERS'],
  ],
  [
    'a start after its signer ended the agreement',
    [
      ...started,
      { ...ownEnd, sequence: '3' },
      { statement: { ...startStatement, transfer: 'urn:uuid:8', salt: otherSalt }, signer: provider, sequence: '4' },
    ],
    ['CHAIN_BROKEN'],
  ],
  [
    'a stop under another agreement',
    [...started, { ...stopped, statement: { ...stopStatement, agreement: endStatement.start } }],
    ['CHAIN_BROKEN'],
  ],
])('%s is found', async (_name, signings, codes) => {
  expect((await audit(signings)).codes).toEqual(codes);
});
