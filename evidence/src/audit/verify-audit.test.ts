import { describe, expect, it } from 'vitest';
import { leafData } from '../record/leaf.js';
import { keyOf } from '../testing/keys.js';
import { fetchFrom, MemoryLog } from '../testing/memory-log.js';
import { consumer, recordOf, usual } from '../testing/record.js';
import type { FetchTile } from '../tiles/path.js';
import { auditBundleBytes } from './bundle.js';
import { verifyAudit } from './verify-audit.js';

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
  return changed;
}

describe('an audit of a whole record', () => {
  it('finds nothing, and says what happened and what it checked', async () => {
    const { bytes, options } = await recordOf(usual);
    const report = await verifyAudit(bytes, options);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      treeSize: 7n,
      indexes: [1n, 2n, 3n, 4n, 5n],
      story: { agreement: 'agreed', transfers: [{ transfer: 'urn:uuid:4', story: 'agreed' }], unreleased: [] },
    });
    expect(report.checks.map(({ check }) => check)).toEqual([
      'bundle',
      'trust',
      'envelopes',
      'statements',
      'record',
      'receipts',
      'consistency',
      'log',
    ]);
  });

  it('reads the same in a log of several tiles', async () => {
    const log = new MemoryLog();
    for (let at = 0; at < 700; at++) log.append(leafData(`before ${at}`));
    const { bytes, options } = await recordOf(usual, log);
    const report = await verifyAudit(bytes, options);
    expect(report.findings).toEqual([]);
    expect(report.indexes).toEqual([701n, 702n, 703n, 704n, 705n]);
  });

  it('reads the same in a log too large to be read whole', { timeout: 60_000 }, async () => {
    const log = new MemoryLog();
    for (let at = 0; at < 66_000; at++) log.append(leafData(`before ${at}`));
    const { bytes, published, options } = await recordOf(usual, log);
    const fetched = new Set<string>();
    const fetchTile = fetchFrom(published.files);
    const watch: FetchTile = (path, ...rest) => {
      fetched.add(path);
      return fetchTile(path, ...rest);
    };
    expect(await verifyAudit(bytes, { ...options, fetchTile: watch })).toMatchObject({ ok: true, treeSize: 66_007n });
    expect(fetched.size).toBeLessThan(10);
    for (const path of fetched) {
      const file = published.files.get(path) ?? Buffer.alloc(0);
      for (const at of [0, file.length >> 1, file.length - 1]) {
        const files = new Map(published.files).set(path, flipped(file, at));
        const report = await verifyAudit(bytes, { ...options, fetchTile: fetchFrom(files) });
        expect(new Set(report.findings.map(({ code }) => code)), `${path} at ${at}`).toEqual(new Set(['TILE_INVALID']));
      }
    }
  });

  it('needs no log, and says what it cannot tell without', async () => {
    const { bytes, options, bundle } = await recordOf(usual);
    const report = await verifyAudit(bytes, { pins: options.pins });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, treeSize: 6n, indexes: [1n, 2n, 3n, 4n, 5n] });
    expect(report.checks.map(({ check }) => check)).not.toContain('log');
    expect(report.unchecked[0]?.en).toContain('since the checkpoint in the bundle');
    expect(bundle.consistency).toHaveLength(4);
  });

  it('needs the log where the bundle has no proof that its checkpoints belong together', async () => {
    const { bundle, options } = await recordOf(usual);
    const { consistency, ...rest } = bundle;
    for (const lacking of [
      auditBundleBytes({ ...rest, version: '1' }),
      auditBundleBytes({ ...bundle, consistency: [] }),
    ]) {
      const report = await verifyAudit(lacking, { pins: options.pins });
      expect(report.findings.map(({ code }) => code)).toEqual(consistency?.map(() => 'CONSISTENCY_MISSING'));
      expect((await verifyAudit(lacking, options)).findings).toEqual([]);
    }
  });

  it('refuses a bundle whose trust nobody pinned', async () => {
    const { bytes, options } = await recordOf(usual);
    const report = await verifyAudit(bytes, { ...options, pins: [keyOf(consumer).kid] });
    expect(report.findings).toMatchObject([{ code: 'TRUST_INVALID', where: 'bundle#/trust' }]);
  });
});

describe('every byte that an audit reads', () => {
  it.each([
    ['an agreement and a start, each byte', usual.slice(0, 3), 1],
    ['a whole record, each fifth byte', usual, 5],
  ])('is found when it is changed: bundle of %s', { timeout: 240_000 }, async (_name, signings, step) => {
    const { bytes, options } = await recordOf(signings);
    const unnoticed: number[] = [];
    for (let at = 0; at < bytes.length; at += step) {
      // By itself: the published log would find more.
      const report = await verifyAudit(flipped(bytes, at), { pins: options.pins });
      if (report.ok || !report.findings.every(({ where }) => where.startsWith('bundle'))) unnoticed.push(at);
    }
    expect(unnoticed).toEqual([]);
  });

  it('is found when it is changed: published checkpoint', async () => {
    const { bytes, options } = await recordOf(usual);
    const checkpoint = Buffer.from(options.checkpoint);
    for (let at = 0; at < checkpoint.length; at++) {
      const report = await verifyAudit(bytes, {
        ...options,
        checkpoint: Buffer.from(flipped(checkpoint, at)).toString(),
      });
      expect(report.findings, `byte ${at}`).toMatchObject([{ code: 'CHECKPOINT_INVALID', where: 'checkpoint' }]);
    }
  });

  it('is found, and its place named, when it is changed: tiles and entries', { timeout: 120_000 }, async () => {
    const { bytes, published, options } = await recordOf(usual);
    for (const [path, file] of published.files) {
      for (let at = 0; at < file.length; at++) {
        const files = new Map(published.files).set(path, flipped(file, at));
        const report = await verifyAudit(bytes, { ...options, fetchTile: fetchFrom(files) });
        const unit = path.startsWith('tile/entries/') ? 35 : 32;
        const [finding] = report.findings;
        expect(report.ok).toBe(false);
        expect(finding?.where, `byte ${at} of ${path}: ${finding?.message}`).toMatch(new RegExp(`^${path}@`));
        const offset = Number(finding?.where.split('@')[1]);
        // A changed length may be noticed only where the bundle no longer comes out even.
        if (at % unit > 1) expect(offset).toBe(at - (at % unit));
      }
    }
  });

  it('is found when it is changed: tiles of every level', { timeout: 120_000 }, async () => {
    const log = new MemoryLog();
    for (let at = 0; at < 600; at++) log.append(leafData(`before ${at}`));
    const { bytes, published, options } = await recordOf(usual, log);
    for (const [path, file] of published.files) {
      for (let at = 0; at < file.length; at += 499) {
        const files = new Map(published.files).set(path, flipped(file, at));
        const report = await verifyAudit(bytes, { ...options, fetchTile: fetchFrom(files) });
        expect(report.findings[0]?.where, `byte ${at}`).toMatch(new RegExp(`^${path}@`));
      }
      const missing = new Map(published.files);
      missing.delete(path);
      const report = await verifyAudit(bytes, { ...options, fetchTile: fetchFrom(missing) });
      expect(report.findings).toMatchObject([{ code: 'TILE_MISSING', where: path }]);
    }
  });
});
