import { describe, expect, it } from 'vitest';
import { signNote } from '../note/signed-note.js';
import { signEnvelope } from '../record/envelope.js';
import { leafData } from '../record/leaf.js';
import { type Statement, saltOf } from '../record/statement.js';
import { keyOf, signedKeyStatementOf } from '../testing/keys.js';
import { fetchFrom, MemoryLog } from '../testing/memory-log.js';
import {
  agreementStatement,
  consumer,
  disputingStatement,
  endStatement,
  envelopeOf,
  parties,
  provider,
  publishedBy,
  recordOf,
  type Signing,
  startStatement,
  usual,
} from '../testing/record.js';
import { type AuditBundle, auditBundleBytes } from './bundle.js';
import { verifyAudit } from './verify-audit.js';

const [agreedByProvider, agreedByConsumer, started, endedByProvider, endedByConsumer] = usual as readonly [
  Signing,
  Signing,
  Signing,
  Signing,
  Signing,
];

async function audit(signings: readonly Signing[], change: (bundle: AuditBundle) => AuditBundle = (bundle) => bundle) {
  const { bundle, options } = await recordOf(signings);
  const report = await verifyAudit(auditBundleBytes(change(bundle)), options);
  return { ...report, codes: report.findings.map(({ code }) => code) };
}

const otherSalt = saltOf(new Uint8Array(16).fill(1));

describe('a log that lies', () => {
  it('is found when it publishes another tree than its receipts are under', async () => {
    const { bytes, log } = await recordOf(usual);
    log.entries[3] = leafData('something else');
    const { options } = await publishedBy(log);
    const report = await verifyAudit(bytes, options);
    const found = report.findings.map(({ code, where }) => `${code} ${where}`);
    expect(found).toContain('LEAF_MISSING bundle#/entries/2/receipt');
    expect(found).toContain('LOG_FORKED bundle#/entries/2/receipt');
    expect(found).toContain('LOG_FORKED bundle#/checkpoint');
    expect(found).not.toContain('LOG_FORKED bundle#/entries/1/receipt');
  });

  it('is found when it drops a leaf and signs again', async () => {
    const { bytes, log } = await recordOf(usual);
    log.entries.splice(4, 1);
    const report = await verifyAudit(bytes, (await publishedBy(log)).options);
    expect(report.findings.map(({ code }) => code)).toContain('LEAF_MISSING');
  });

  it('is found when it goes back to an earlier state', async () => {
    const { bytes, log, published } = await recordOf(usual);
    const options = { pins: [], checkpoint: await log.checkpoint(3n), fetchTile: fetchFrom(await log.published(3n)) };
    const report = await verifyAudit(bytes, { ...options, pins: [keyOf('authority').kid] });
    expect(report.findings.every(({ code }) => code === 'LOG_SHRUNK')).toBe(true);
    expect(report.findings).toHaveLength(4);
    expect(published.files.size).toBe(2);
  });

  it('is found when its tiles are of another tree than its checkpoint', async () => {
    const { bytes, log, options } = await recordOf(usual);
    log.entries[6] = leafData('something else');
    const report = await verifyAudit(bytes, { ...options, fetchTile: fetchFrom(await log.published()) });
    expect(report.findings).toMatchObject([{ code: 'TILE_INVALID', where: 'checkpoint' }]);
  });

  it('cannot hide bytes in signatures of keys that nobody knows', async () => {
    const { bytes, options } = await recordOf(usual);
    const text = options.checkpoint.slice(0, options.checkpoint.lastIndexOf('\n\n') + 1);
    const extra = signNote(text, 'witness.example', keyOf('witness').privateKey).slice(text.length + 1);
    const report = await verifyAudit(bytes, { ...options, checkpoint: options.checkpoint + extra });
    expect(report.findings).toMatchObject([{ code: 'SIGNATURE_UNKNOWN', where: 'checkpoint' }]);
  });

  it('is found by a bundle about an empty published log', async () => {
    const { bytes } = await recordOf(usual);
    const report = await verifyAudit(bytes, (await publishedBy(new MemoryLog())).options);
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['LOG_SHRUNK']));
  });
});

describe('a bundle that lies', () => {
  it('is found when it leaves out an envelope', async () => {
    const report = await audit([agreedByProvider, agreedByConsumer, { ...started, withheld: true }, endedByProvider]);
    expect(report.codes).toEqual(['SEQUENCE_BROKEN', 'CHAIN_BROKEN']);
  });

  it('is found when it changes the order of entries or statements', async () => {
    const entries = await audit(usual, (bundle) => ({ ...bundle, entries: bundle.entries.toReversed() }));
    expect(new Set(entries.codes)).toEqual(new Set(['ORDER_WRONG']));
    const statements = await audit(usual, (bundle) => ({ ...bundle, statements: bundle.statements.toReversed() }));
    expect(new Set(statements.codes)).toEqual(new Set(['ORDER_WRONG']));
  });

  it('is found when it repeats an entry or a statement', async () => {
    const entry = await audit(usual, (bundle) => ({
      ...bundle,
      entries: bundle.entries.flatMap((each) => [each, each]),
    }));
    expect(entry.codes).toContain('ORDER_WRONG');
    expect(entry.codes).toContain('SEQUENCE_BROKEN');
    const statement = await audit(usual, (bundle) => ({
      ...bundle,
      statements: bundle.statements.flatMap((each) => [each, each]),
    }));
    expect(statement.codes).toContain('ORDER_WRONG');
  });

  it('is found when it holds a statement that nobody signed', async () => {
    const report = await audit(usual.slice(0, 3), (bundle) => ({
      ...bundle,
      statements: [...bundle.statements, JSON.stringify(JSON.parse(auditText(endStatement)))],
    }));
    expect(report.findings).toMatchObject([{ code: 'STATEMENT_UNSIGNED', where: 'bundle#/statements/2' }]);
  });

  it('is found when it exchanges key statements', async () => {
    const other = await signedKeyStatementOf(consumer);
    const report = await audit(usual.slice(0, 1), (bundle) => ({
      ...bundle,
      entries: bundle.entries.map((entry) => ({ ...entry, keyStatement: other })),
    }));
    expect(report.findings[0]).toMatchObject({ code: 'ENVELOPE_INVALID', where: 'bundle#/entries/0/envelope' });
  });

  it('is found when it is about another agreement', async () => {
    const report = await audit(usual.slice(0, 1), (bundle) => ({ ...bundle, agreement: `sha-256:${'0'.repeat(64)}` }));
    expect(report.codes).toContain('ENVELOPE_FOREIGN');
  });

  it('is found when it has a proof of consistency too many, or another one', async () => {
    const none = await audit(usual, (bundle) => ({ ...bundle, consistency: bundle.consistency?.toReversed() ?? [] }));
    expect(none.codes).toContain('ORDER_WRONG');
    const [first] = (await recordOf(usual)).bundle.consistency ?? [];
    const more = await audit(usual, (bundle) => ({
      ...bundle,
      consistency: [{ from: '1', proof: first?.proof ?? [] }, ...(bundle.consistency ?? [])],
    }));
    expect(more.codes).toEqual(['ORDER_WRONG']);
    const other = await audit(usual, (bundle) => ({
      ...bundle,
      consistency: (bundle.consistency ?? []).map((each) => ({ ...each, proof: first?.proof ?? [] })),
    }));
    expect(other.codes).toContain('CONSISTENCY_INVALID');
  });

  it('is found when its checkpoint is older than its receipts', async () => {
    const { log, bundle, options } = await recordOf(usual);
    const older = { ...bundle, checkpoint: await log.checkpoint(3n), consistency: [] };
    const report = await verifyAudit(auditBundleBytes(older), { pins: options.pins });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'LOG_SHRUNK', where: 'bundle#/checkpoint' }),
    );
  });

  it('is found when it has a member too many', async () => {
    const report = await audit(usual, (bundle) => ({ ...bundle, note: 'nobody signed this' }));
    expect(report.findings).toMatchObject([{ code: 'BUNDLE_INVALID', where: 'bundle#/note' }]);
  });
});

function auditText(statement: Statement): string {
  return JSON.stringify(Object.fromEntries(Object.entries(statement).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

describe('parties that lie', () => {
  it('are found when the consumer starts a transfer', async () => {
    const report = await audit([agreedByProvider, agreedByConsumer, { ...started, signer: consumer, sequence: '2' }]);
    expect(report.codes).toEqual(['ENVELOPE_FOREIGN']);
  });

  it('are found when a stranger signs, with a key that the authority knows', async () => {
    const stranger = 'urn:causeway:stranger';
    const report = await audit([...usual, { ...endedByProvider, signer: stranger, sequence: '2' }]);
    expect(report.codes).toContain('ENVELOPE_FOREIGN');
  });

  it('are found when a key of one signs as the other', async () => {
    const { bundle, options } = await recordOf(usual.slice(0, 1));
    const forged = await signEnvelope(envelopeOf(agreementStatement, consumer, '1'), keyOf(provider));
    const entries = bundle.entries.map((entry) => ({ ...entry, envelope: forged }));
    const report = await verifyAudit(auditBundleBytes({ ...bundle, entries }), options);
    expect(report.findings.map(({ code }) => code)).toContain('ENVELOPE_INVALID');
  });

  it('are found when their agreement envelopes name others', async () => {
    const change = { parties: { ...parties, auditors: [] } };
    const report = await audit([agreedByProvider, { ...agreedByConsumer, change }]);
    expect(report.codes).toEqual(['PARTIES_UNCLEAR']);
    const none = await audit([{ ...started, sequence: '2' }]);
    expect(none.codes).toContain('PARTIES_UNCLEAR');
  });

  it('are found when what allows the transfer was logged after its end', async () => {
    const report = await audit([agreedByProvider, agreedByConsumer, endedByProvider, endedByConsumer, started]);
    expect(report.codes).toContain('START_LATE');
  });

  it('are found when their envelopes name an auditor that the agreement does not', async () => {
    const change = { parties: { ...parties, auditors: [...parties.auditors, 'urn:causeway:other'] } };
    const report = await audit([
      { ...agreedByProvider, change },
      { ...agreedByConsumer, change },
    ]);
    expect(report.findings).toMatchObject([
      { code: 'AGREEMENT_MISMATCH', where: 'bundle#/statements/0/agreement/urn:causeway:v1:auditors' },
    ]);
  });

  it.each([
    ['assigner', { ...agreementStatement, agreement: { ...agreementStatement.agreement, assigner: consumer } }],
    ['consumer', { ...agreementStatement, consumer: 'urn:causeway:other' }],
  ])('are found when the agreement names another %s', async (_member, statement) => {
    const id = envelopeOf(statement, provider, '1').statement;
    const change = { agreement: id };
    const report = await audit([{ ...agreedByProvider, statement, change }], (bundle) => ({
      ...bundle,
      agreement: id,
    }));
    expect(report.codes).toContain('AGREEMENT_MISMATCH');
  });

  it.each([
    ['its start', { ...endStatement, start: endStatement.agreement }],
    ['its transfer', { ...endStatement, transfer: 'urn:uuid:9' }],
    ['its size', { ...endStatement, bytes: '1' }],
    ['its agreement', { ...endStatement, agreement: endStatement.start }],
  ])('are found when an end does not follow: %s', async (_name, statement) => {
    const report = await audit([agreedByProvider, agreedByConsumer, started, { ...endedByProvider, statement }]);
    expect(report.codes).toContain('CHAIN_BROKEN');
  });

  it('are found when a transfer is of another dataset, or starts twice', async () => {
    const dataset = await audit([
      agreedByProvider,
      { ...started, statement: { ...startStatement, dataset: `${provider}:other` } },
    ]);
    expect(dataset.codes).toEqual(['CHAIN_BROKEN']);
    const twice = await audit([
      agreedByProvider,
      started,
      { ...started, sequence: '3', statement: { ...startStatement, salt: otherSalt } },
    ]);
    expect(twice.codes).toEqual(['CHAIN_BROKEN']);
  });

  it('are found when they tell two stories and nobody disputes', async () => {
    const other = { ...endStatement, salt: otherSalt };
    const report = await audit([...usual.slice(0, 4), { ...endedByConsumer, statement: other }]);
    expect(report.codes).toEqual(['STORY_DIFFERS']);
    const twice = await audit([...usual.slice(0, 4), { ...endedByProvider, sequence: '4', statement: other }]);
    expect(twice.codes).toEqual(['STORY_DIFFERS', 'STORY_DIFFERS']);
  });

  it('are found when somebody else signs a dispute', async () => {
    const report = await audit([...usual.slice(0, 3), { ...endedByProvider, statement: disputingStatement }]);
    expect(report.codes).toEqual(['CHAIN_BROKEN']);
  });

  it('are found when they sign with a key that had expired', async () => {
    const expired = await signedKeyStatementOf(consumer, { notAfter: '2026-02-01T00:00:00.000Z' });
    const report = await audit(usual, (bundle) => ({
      ...bundle,
      entries: bundle.entries.map((entry, at) => (at === 1 ? { ...entry, keyStatement: expired } : entry)),
    }));
    expect(report.findings).toMatchObject([{ code: 'KEY_STATEMENT_INVALID', where: 'bundle#/entries/1/keyStatement' }]);
  });
});

describe('a record that is what it says', () => {
  it.each([
    ['running', usual.slice(0, 3)],
    ['one-sided', usual.slice(0, 4)],
    ['agreed', usual],
    ['disputed', [...usual.slice(0, 4), { ...endedByConsumer, statement: disputingStatement }]],
    ['unknown', [...usual.slice(0, 3), { ...endedByProvider, unreleased: true }]],
  ] as const)('is told as %s', async (story, signings) => {
    const report = await audit(signings);
    expect(report.findings).toEqual([]);
    expect(report.story?.transfers).toMatchObject([{ story }]);
  });

  it('is told without the statements that were not released', async () => {
    const report = await audit(usual.map((each) => ({ ...each, unreleased: true })));
    expect(report.findings).toEqual([]);
    expect(report.story).toMatchObject({ agreement: 'agreed', transfers: [{ story: 'unknown' }] });
    expect(report.story?.unreleased).toHaveLength(3);
  });

  it('is told as one-sided with a peer that signs nothing', async () => {
    const report = await audit([agreedByProvider, started, endedByProvider]);
    expect(report).toMatchObject({ ok: true, story: { agreement: 'one-sided', transfers: [{ story: 'one-sided' }] } });
  });
});
