import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApi, type TransferView } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace, runCommand } from '@causeway/dataspace';
import type { AuditReport } from '@causeway/evidence';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agree, auditBundle, negotiate, requestTransfer, tilesOf, transferOf, verifyAgainst } from './support/job.js';
import { TcpProxy } from './support/tcp-proxy.js';

// A running transfer ends when the right to it does. The clock of the space is moved by hand, so that what ends it is known to
// the millisecond; how long it takes to end is measured by the real one.

const base = '/management/v1';
const minute = 60_000;
const role = 'urn:causeway:v1:role';
const size = 48 * 1_048_576;
/** Nothing under way is this slow: at this rate a transfer takes the better part of a minute. */
const bytesPerTick = 10_240;
/** What was promised; a busy machine may take longer, and what ended it is asserted by what had not arrived. */
const promisedMs = 1_000;
const patienceMs = 10_000;

let clock: ManualClock;
let proxy: TcpProxy;
let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;
const measured: string[] = [];

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  proxy = await TcpProxy.listen();
  space = await bootSpace({
    firms: ['oem', 'hydraulics'],
    clock,
    random: seededRandom('usage control'),
    settings: { connector: { exchangePublicPort: String(proxy.port) } },
  });
  oem = space.firm('oem');
  hydraulics = space.firm('hydraulics');
  proxy.aim({ host: '127.0.0.1', port: oem.port('exchange') });
  await mkdir(received(''));
  await writeFile(join(space.folder, 'large.bin'), Buffer.alloc(size, 'causeway'));
  proxy.slow(bytesPerTick);
}, 120_000);

afterAll(async () => {
  process.stdout.write(`${measured.join('\n')}\n`);
  await space?.close();
  await proxy?.[Symbol.asyncDispose]();
}, 60_000);

const received = (name: string) => join(space.folder, 'received', name);

/** What the next token says of the consumer. */
async function attest(change: object): Promise<void> {
  const api = await openApi(space.authority.home, 'authority');
  await api.send('POST', `/admin/v1/participants/${hydraulics.id}/attributes`, change);
}

/** Tokens that were given before have expired, and everybody has told the broker that it is there. */
async function tokensAnew(): Promise<void> {
  for (const ms of [10 * minute, minute / 2]) {
    await space.settle();
    await clock.advance(ms);
  }
  await space.settle();
}

interface Running {
  readonly agreement: string;
  /** As its provider sees it. */
  readonly theirs: TransferView;
  /** Bytes that had come from the provider before it began. */
  readonly before: number;
}

/** A large dataset under these terms, agreed on, and its bytes on their way. */
async function running(name: string, offer: object): Promise<Running> {
  const before = proxy.seen.answer;
  const file = join(space.folder, 'large.bin');
  const { id } = await oem.send<{ id: string }>('PUT', `${base}/datasets/${name}`, {
    ...{ file, title: { en: name }, offers: [offer] },
  });
  const agreement = await agree(hydraulics, name, id);
  await requestTransfer(hydraulics, name, agreement, received(name));
  let ours = await transferOf(hydraulics, name);
  while ((ours.bytes ?? 0) === 0) {
    ours = await transferOf(hydraulics, name);
    if (ours.state === 'TERMINATED') throw new Error(`expected bytes, got ${ours.reason?.code}: ${ours.reason?.en}`);
  }
  const { items } = await oem.get<{ items: TransferView[] }>(`${base}/transfers?limit=200`);
  const theirs = items.find((one) => one.agreement === agreement);
  if (theirs === undefined) throw new Error(`expected the provider to know the transfer ${name}`);
  return { agreement, theirs, before };
}

/** Time passes while bytes arrive: a stream on which nothing comes for a minute is given up and opened anew. */
async function passDuring(name: string, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= minute / 2) {
    const { bytes = 0 } = await transferOf(hydraulics, name);
    await clock.advance(Math.min(left, minute / 2));
    const arrived = async () => {
      const { bytes: now = 0, state } = await transferOf(hydraulics, name);
      return now > bytes || state !== 'STARTED';
    };
    while (!(await arrived()));
  }
}

/** Both sides' views of a transfer once each has ended, and how long that took from now on. */
async function ended(name: string, { theirs, before }: Running, what: string, end: () => Promise<unknown>) {
  const began = performance.now();
  await end();
  // Only what happens ends these waits: the clock of the space stands still again.
  const sides = [
    transferOf(hydraulics, name, '?wait=60'),
    oem.get<TransferView>(`${base}/transfers/${theirs.pid}?wait=60`),
  ].map(async (view) => ({ view: await view, ms: performance.now() - began }));
  const both = await Promise.all(sides);
  const ms = both.map((side) => Math.round(side.ms));
  measured.push(`${what}: consumer after ${ms[0]} ms, provider after ${ms[1]} ms (promised ${promisedMs})`);
  expect(proxy.seen.answer - before).toBeLessThan(size);
  for (const took of ms) expect(took).toBeLessThan(patienceMs);
  return both.map(({ view }) => view);
}

/** Nothing of it is left that could be taken for data, and most of it never came. */
async function isUnusable(name: string, views: readonly TransferView[], code: string, words: RegExp): Promise<void> {
  for (const { state, reason } of views) {
    expect({ state, code: reason?.code, en: reason?.en }).toEqual({
      ...{ state: 'TERMINATED', code },
      en: expect.stringMatching(words),
    });
  }
  await space.settle();
  const { stage, path, bytes } = (await transferOf(hydraulics, name)) as TransferView & { stage: string };
  expect([stage, path, existsSync(received(name)), bytes]).toEqual(['discarded', received(name), false, undefined]);
  expect((await readdir(received(''))).filter((file) => file.startsWith(name))).toEqual([]);
}

/** What an auditor reads in the record, from either side's export. */
async function audited(agreement: string, firm: HostedFirm): Promise<AuditReport['story']> {
  const report = await verifyAgainst(tilesOf(space), await auditBundle(firm, agreement), space.pin);
  expect(report.findings).toEqual([]);
  return report.story;
}

describe('a running transfer ends within a second', () => {
  const open = () => ({ terms: { assignees: [hydraulics.id] } });
  const suppliers = () => ({
    policy: {
      ...{ '@type': 'Offer', assignee: hydraulics.id },
      permission: [
        { action: 'use', constraint: [{ leftOperand: role, operator: 'isAnyOf', rightOperand: ['supplier'] }] },
      ],
    },
  });

  test.each([
    ['provider', () => oem],
    ['consumer', () => hydraulics],
  ])('after its agreement is ended by the %s', async (side, firm) => {
    const name = `ended-by-${side}`;
    const transfer = await running(name, open());
    const { agreement } = transfer;
    const views = await ended(name, transfer, `agreement ended by the ${side}`, () =>
      runCommand('stop', agreement, '--reason', 'the project is over', '--yes', '--home', firm().home),
    );
    await isUnusable(name, views, 'AGREEMENT_ENDED', /ended the agreement: the project is over$/);
    // A consumer that ended the transfer itself, a moment earlier, has not been told what its provider signed about it.
    for (const told of [oem, hydraulics]) {
      const view = await told.get<{ ended?: object }>(`${base}/agreements/${agreement}`);
      expect(view.ended).toMatchObject({ by: firm().id, reason: { code: 'OPERATOR', en: 'the project is over' } });
      expect(await audited(agreement, told)).toMatchObject({
        ended: [{ by: firm().id, reason: 'the project is over' }],
        transfers: [{ story: expect.stringMatching(told === oem ? /^stopped$/ : /^(stopped|unknown)$/) }],
      });
    }
    const again = requestTransfer(hydraulics, `${name}-again`, agreement, received('again'));
    await expect(again).rejects.toMatchObject({ data: { problem: { code: 'AGREEMENT_ENDED' } } });
  });

  test('after its window closes', async () => {
    const until = clock.now() + 60 * minute;
    const terms = { assignees: [hydraulics.id], until: new Date(until).toISOString() };
    const transfer = await running('window', { terms });
    await clock.advance(until - 1 - clock.now());
    expect((await transferOf(hydraulics, 'window')).state).toBe('STARTED');
    const views = await ended('window', transfer, 'window closed', () => clock.advance(1));
    await isUnusable('window', views, 'POLICY_DENIED', /^permitted before /);
    const story = await audited(transfer.agreement, oem);
    expect(story?.transfers).toMatchObject([
      { story: 'stopped', stopped: { by: oem.id, code: 'POLICY_DENIED', time: new Date(until).toISOString() } },
    ]);
    // Nobody makes a contract any more that permits nothing.
    await clock.advance(30_000);
    await space.settle();
    const { state, reason } = await negotiate(hydraulics, 'too-late', `${oem.id}:window`);
    expect([state, reason?.code]).toEqual(['TERMINATED', 'OFFER_EXPIRED']);
  });

  test('after its attribute token is replaced by one without the attribute', async () => {
    await attest({ set: { role: 'supplier' } });
    await tokensAnew();
    const transfer = await running('replaced', suppliers());
    await attest({ remove: ['role'], reason: 'no supplier any more' });
    expect((await transferOf(hydraulics, 'replaced')).state).toBe('STARTED');
    // The consumer shows the next token, as every connector does before the last one expires.
    await passDuring('replaced', 9 * minute);
    const views = await ended('replaced', transfer, 'token replaced', () => clock.advance(20_000));
    await isUnusable('replaced', views, 'POLICY_DENIED', /role/);
    expect((await audited(transfer.agreement, oem))?.transfers).toMatchObject([
      { stopped: { by: oem.id, code: 'POLICY_DENIED' } },
    ]);
  });

  test('after its attribute token expires', async () => {
    await attest({ set: { role: 'supplier' } });
    await tokensAnew();
    const transfer = await running('expired', suppliers());
    const other = await running('other', open());
    // By now the provider needs a new token of its own to talk to the consumer, and gets it; the consumer will get none.
    await passDuring('expired', 9 * minute + 1_000);
    await oem.send('POST', `${base}/transfers/${other.theirs.pid}/terminate`, {});
    await transferOf(hydraulics, 'other', '?wait=60');
    await space.authority.stop();
    await passDuring('expired', 50_000);
    expect((await transferOf(hydraulics, 'expired')).state).toBe('STARTED');
    const views = await ended('expired', transfer, 'token expired', () => clock.advance(10_000));
    await isUnusable('expired', views, 'POLICY_DENIED', /role/);
    await space.authority.start();
    expect((await audited(transfer.agreement, oem))?.transfers).toMatchObject([
      { stopped: { by: oem.id, code: 'POLICY_DENIED' } },
    ]);
  });
});
