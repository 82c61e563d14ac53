import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NegotiationView, SearchView } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace, runCommand } from '@causeway/dataspace';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  agree,
  auditBundle,
  negotiate,
  publish,
  pull,
  requestTransfer,
  type Terms,
  tilesOf,
  transferOf,
  verifyAgainst,
} from './support/job.js';
import { TcpProxy } from './support/tcp-proxy.js';

const hour = 3_600_000;
const planning = 'urn:causeway:v1:purpose:production-planning';
const resale = 'urn:causeway:v1:purpose:resale';

let clock: ManualClock;
let proxy: TcpProxy;
let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;
let outsider: HostedFirm;

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  proxy = await TcpProxy.listen();
  space = await bootSpace({
    firms: ['oem', 'hydraulics', 'heat-treatment'],
    clock,
    random: seededRandom('main job'),
    settings: { connector: { exchangePublicPort: String(proxy.port) } },
  });
  oem = space.firm('oem');
  hydraulics = space.firm('hydraulics');
  outsider = space.firm('heat-treatment');
  proxy.aim({ host: '127.0.0.1', port: oem.port('exchange') });
  await mkdir(received(''));
});

afterAll(async () => {
  await space?.close();
  await proxy?.[Symbol.asyncDispose]();
});

const received = (name: string) => join(space.folder, 'received', name);

async function fileOf(name: string, bytes: string | Buffer): Promise<string> {
  const path = join(space.folder, name);
  await writeFile(path, bytes);
  return path;
}

const sha256 = (bytes: Buffer) => `sha-256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('the main job', () => {
  test('from publication to a verified record, by the management APIs', async () => {
    const content = Buffer.from('po_no,line\nPO-2026-000001,1\n');
    const terms = {
      assignees: [hydraulics.id],
      until: new Date(clock.now() + 30 * 24 * hour).toISOString(),
      count: 10,
      purposes: [planning],
    };
    const dataset = await publish(oem, 'orders', await fileOf('orders.csv', content), terms);
    await space.settle();

    const found = await hydraulics.get<SearchView>(`/management/v1/search?q=${encodeURIComponent('采购订单')}`);
    expect(found.dropped).toEqual([]);
    expect(found.hits).toMatchObject([{ entry: { id: dataset.id }, publisher: oem.id, liveness: { state: 'online' } }]);

    const agreement = await agree(hydraulics, 'orders', dataset.id);
    const transfer = await pull(hydraulics, 'orders', agreement, received('orders.csv'), planning);
    expect(transfer).toMatchObject({
      state: 'COMPLETED',
      inDoubt: false,
      bytes: content.length,
      digest: sha256(content),
    });
    expect(await readFile(received('orders.csv'))).toEqual(content);
    await space.settle();

    for (const firm of [oem, hydraulics]) {
      const report = await verifyAgainst(tilesOf(space), await auditBundle(firm, agreement), space.pin);
      expect(report.findings).toEqual([]);
      expect(report).toMatchObject({ treeSize: 5n, indexes: [0n, 1n, 2n, 3n, 4n] });
      expect(report.story).toMatchObject({ agreement: 'agreed', transfers: [{ story: 'agreed' }], unreleased: [] });
    }
    const file = join(space.folder, 'record.json');
    await runCommand('audit', 'export', agreement, '--out', file, '--home', hydraulics.home);
    const log = `https://localhost:${space.clearingHouse.port('log')}`;
    expect(await runCommand('audit', 'verify', file, '--key', space.pin, '--log', log)).toMatchObject({
      verified: true,
    });
    expect(await runCommand('audit', 'verify', file, '--key', space.pin, '--log', tilesOf(space))).toMatchObject({
      verified: true,
    });
  });

  test.each([
    ['an empty file', 'empty', 'empty.csv', ''],
    ['a name with spaces and Chinese characters', 'boom', '采购 订单行 动臂.csv', '动臂,1\n'],
  ])('with %s', async (_, name, fileName, text) => {
    const dataset = await publish(oem, name, await fileOf(fileName, text), { assignees: ['*'] });
    const agreement = await agree(hydraulics, name, dataset.id);
    const to = received(fileName);
    const transfer = await pull(hydraulics, name, agreement, to);
    expect(transfer).toMatchObject({ state: 'COMPLETED', bytes: Buffer.byteLength(text), path: to });
    expect(await readFile(to, 'utf8')).toBe(text);
    const report = await verifyAgainst(tilesOf(space), await auditBundle(hydraulics, agreement), space.pin);
    expect(report.findings).toEqual([]);
  });

  test('twice under one agreement', async () => {
    const dataset = await publish(oem, 'twice', await fileOf('twice.csv', 'a\n'), {
      assignees: [hydraulics.id],
      count: 2,
    });
    const agreement = await agree(hydraulics, 'twice', dataset.id);
    const [first, second] = await Promise.all(
      ['twice-1', 'twice-2'].map((name) => pull(hydraulics, name, agreement, received(name))),
    );
    expect([first?.state, second?.state]).toEqual(['COMPLETED', 'COMPLETED']);
    await space.settle();
    const report = await verifyAgainst(tilesOf(space), await auditBundle(oem, agreement), space.pin);
    expect(report.findings).toEqual([]);
    expect(report.story?.transfers).toMatchObject([{ story: 'agreed' }, { story: 'agreed' }]);
    expect(new Set(report.story?.transfers.map(({ transfer }) => transfer)).size).toBe(2);
  });

  test('resumed where it was after both connectors restarted', async () => {
    const content = Buffer.alloc(24 * 1_048_576, seededRandom('large').bytes(65_537));
    const dataset = await publish(oem, 'large', await fileOf('large.bin', content), {
      assignees: [hydraulics.id],
      count: 1,
    });
    const agreement = await agree(hydraulics, 'large', dataset.id);
    proxy.slow(65_536);
    await requestTransfer(hydraulics, 'large', agreement, received('large.bin'));
    let before = 0;
    while (before < 2 * 1_048_576) before = (await transferOf(hydraulics, 'large')).bytes ?? 0;
    await hydraulics.stop();
    // What the proxy still holds of it would keep the provider from closing.
    proxy.cut();
    await oem.restart();
    const sent = proxy.seen.answer;
    proxy.slow(Number.POSITIVE_INFINITY);
    await hydraulics.start();
    const transfer = await transferOf(hydraulics, 'large', '?wait=60');
    expect(transfer).toMatchObject({ state: 'COMPLETED', bytes: content.length, digest: sha256(content) });
    expect(sha256(await readFile(received('large.bin')))).toBe(sha256(content));
    expect(proxy.seen.answer - sent).toBeLessThan(content.length - before / 2);
    await space.settle();
    const report = await verifyAgainst(tilesOf(space), await auditBundle(oem, agreement), space.pin);
    expect(report.findings).toEqual([]);
    expect(report.story?.transfers).toMatchObject([{ story: 'agreed' }]);
  });
});

describe('a policy refuses', () => {
  /** A dataset of its own with these terms, and the agreement of hydraulics over it. */
  async function agreed(name: string, terms: Terms) {
    const dataset = await publish(oem, name, await fileOf(`${name}.csv`, 'x'), terms);
    return { dataset, agreement: await agree(hydraulics, name, dataset.id) };
  }

  /** A transfer that must end without a byte. Gives the reason in English. */
  async function denied(request: string, agreement: string, purpose?: string): Promise<string> {
    const { state, reason, bytes } = await pull(hydraulics, request, agreement, received(request), purpose);
    expect({ state, code: reason?.code, bytes }).toEqual({
      state: 'TERMINATED',
      code: 'POLICY_DENIED',
      bytes: undefined,
    });
    expect(existsSync(received(request))).toBe(false);
    return reason?.en ?? '';
  }

  /** A negotiation that is refused at the latest when there is no doubt left. Gives the reason in English. */
  async function refusedLater(request: string, dataset: string, offer: object): Promise<string> {
    await outsider.send('PUT', `/management/v1/negotiations/${request}`, { dataset, offer });
    for (;;) {
      await space.settle();
      const { state, reason } = await outsider.get<NegotiationView>(`/management/v1/negotiations/${request}`);
      if (state !== 'REQUESTED') return `${state}: ${reason?.en}`;
      await clock.advance(30_000);
    }
  }

  test('another purpose than the one agreed on, and none', async () => {
    const { agreement } = await agreed('purpose', { assignees: [hydraulics.id], purposes: [planning] });
    expect(await denied('purpose-1', agreement, resale)).toBe(`needs purpose in {${planning}}; it is ${resale}`);
    expect(await denied('purpose-2', agreement)).toMatch(/purpose is not known: state it$/);
    expect(await pull(hydraulics, 'purpose-3', agreement, received('purpose'), planning)).toMatchObject({
      state: 'COMPLETED',
    });
  });

  test('more uses than were agreed on, whatever ended before', async () => {
    const { agreement } = await agreed('count', { assignees: [hydraulics.id], count: 1, purposes: [planning] });
    await denied('count-1', agreement, resale);
    expect(await pull(hydraulics, 'count-2', agreement, received('count'), planning)).toMatchObject({
      state: 'COMPLETED',
    });
    expect(await denied('count-3', agreement, planning)).toBe('0 of 1 uses left');
    await oem.restart();
    expect(await denied('count-4', agreement, planning)).toBe('0 of 1 uses left');
  });

  test('whoever the offer does not name: it is not even shown', async () => {
    const { dataset, agreement } = await agreed('named', { assignees: [hydraulics.id] });
    const unseen = { code: 'REFUSED', data: { status: 404, problem: { code: 'NOT_FOUND' } } };
    await expect(negotiate(outsider, 'named', dataset.id)).rejects.toMatchObject(unseen);
    // Who learnt of the offer's terms elsewhere is told no more than of a dataset that does not exist.
    const { offer } = await negotiate(hydraulics, 'named-again', dataset.id);
    const known = await refusedLater('named-known', dataset.id, offer);
    const guessed = await refusedLater('named-guessed', `${oem.id}:none`, offer);
    expect(guessed.replace(`${oem.id}:none`, dataset.id)).toBe(known);
    const foreign = pull(outsider, 'named', agreement, received('named'));
    await expect(foreign).rejects.toMatchObject({ code: 'REFUSED', data: { status: 404 } });
  });

  test('everything once the window has passed', async () => {
    const until = clock.now() + hour;
    const { agreement } = await agreed('window', {
      assignees: [hydraulics.id],
      until: new Date(until).toISOString(),
    });
    await space.settle();
    await clock.advance(until - 1 - clock.now());
    await space.settle();
    expect(await pull(hydraulics, 'window-1', agreement, received('window'))).toMatchObject({ state: 'COMPLETED' });
    await space.settle();
    await clock.advance(1);
    const instant = new Date(until).toISOString();
    expect(await denied('window-2', agreement)).toBe(`permitted before ${instant}; it is ${instant}`);
  });
});
