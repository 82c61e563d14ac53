import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PeerChannel, servePeerHttps } from '@causeway/certs/peer';
import { bootSpace, type HostedFirm, type HostedSpace } from '@causeway/dataspace';
import {
  auditBundleBytes,
  envelopeDigest,
  leafData,
  noteVerifier,
  parseAuditBundle,
  parseCheckpoint,
  readEnvelope,
  verifyReceipt,
} from '@causeway/evidence';
import { type RunningServer, silentLogger } from '@causeway/platform';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { ClearingHouse } from '@causeway/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRoutes, tileListener } from '../../clearing-house/src/edge/http.js';
import { openTileFolder } from '../../clearing-house/src/log/tiles.js';
import { causeway } from './support/causeway.js';
import {
  agree,
  auditBundle,
  publish,
  pull,
  requestTransfer,
  tilesOf,
  transferOf,
  verifyAgainst,
} from './support/job.js';
import { publishOther, rebuildLog } from './support/rebuilt-log.js';
import { TcpProxy } from './support/tcp-proxy.js';

interface Status {
  readonly distrusted?: { readonly code: string; readonly en: string; readonly zh: string };
  readonly evidence: { readonly size?: string };
}

const size = 1_048_576;
/** Beyond what handshakes and refusals take; far below the data. */
const fewBytes = 65_536;
const monitorMs = 60_000;
/** Enough for several attempts of a consumer to open a stream. */
const patienceSeconds = 120;

let clock: ManualClock;
let proxy: TcpProxy;
let space: HostedSpace;
let owner: HostedFirm;
let user: HostedFirm;
let agreement: string;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  proxy = await TcpProxy.listen();
  space = await bootSpace({
    firms: ['oem', 'hydraulics'],
    clock,
    settings: { connector: { exchangePublicPort: String(proxy.port) } },
  });
  owner = space.firm('oem');
  user = space.firm('hydraulics');
  proxy.aim({ host: '127.0.0.1', port: owner.port('exchange') });
  const file = join(space.folder, 'orders.bin');
  await writeFile(file, seededRandom('orders').bytes(size));
  const dataset = await publish(owner, 'orders', file, { assignees: [user.id] });
  agreement = await agree(user, 'orders', dataset.id);
  expect(await pull(user, 'first', agreement, join(space.folder, 'first'))).toMatchObject({ state: 'COMPLETED' });
  await space.settle();
  // Both hold a checkpoint of these five leaves, which the log signed.
  for (const firm of [owner, user]) expect((await statusOf(firm)).evidence.size).toBe('5');
});

afterEach(async () => {
  await space[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const statusOf = (firm: HostedFirm) => firm.get<Status>('/management/v1/status');

/** Lets time pass until something is so. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await clock.advance(1_000);
}

/** A transfer under the agreement there is gets no byte, however long it tries. */
async function demandNoByte(request: string): Promise<void> {
  proxy.hold('answer');
  proxy.release();
  const before = proxy.seen.answer;
  const to = join(space.folder, request);
  await requestTransfer(user, request, agreement, to);
  // An opening waits for the log, on the clock: it is driven, not settled.
  for (let second = 0; second < patienceSeconds; second += 1) {
    await clock.advance(1_000);
    await statusOf(owner);
  }
  const bytesOut = proxy.seen.answer - before;
  expect(bytesOut).toBeGreaterThan(0);
  expect(bytesOut).toBeLessThan(fewBytes);
  const { state, bytes } = await transferOf(user, request);
  expect(state).not.toBe('COMPLETED');
  expect(bytes ?? 0).toBe(0);
  expect(existsSync(to)).toBe(false);
}

/** Everybody who runs this connector can see that it does not believe the log, and why. */
async function demandDistrust(firm: HostedFirm, code: string): Promise<void> {
  const { distrusted } = await statusOf(firm);
  expect(distrusted).toEqual({ code, en: expect.stringMatching(/\w/), zh: expect.stringMatching(/日志/) });
  const ready = await fetch(`http://127.0.0.1:${firm.port('operations')}/health/ready`);
  expect({ status: ready.status, body: await ready.json() }).toMatchObject({
    status: 503,
    body: { checks: { log: code } },
  });
  const { code: exit, stdout } = await causeway('status', '--home', firm.home);
  expect({ exit, stdout }).toMatchObject({ exit: 0, stdout: expect.stringContaining(distrusted?.en ?? '-') });
}

/** What the clearing house publishes now, signed with its key. */
async function publishedSize(): Promise<bigint> {
  const { vkey } = space.identityOf('oem').trust.bundle.clearingHouse;
  return parseCheckpoint(await readFile(join(tilesOf(space), 'checkpoint'), 'utf8'), noteVerifier(vkey)).size;
}

describe("a log rebuilt and signed again with the log's own key is refused by whoever holds an earlier checkpoint", () => {
  test('when it was rebuilt without one leaf', async () => {
    await space.clearingHouse.stop();
    await rebuildLog(space, (entries) => entries.slice(0, -1), clock.now());
    await space.clearingHouse.start();
    expect(await publishedSize()).toBe(4n);

    await clock.advance(monitorMs);
    await space.settle();
    for (const firm of [owner, user]) await demandDistrust(firm, 'LOG_ROLLED_BACK');
    await demandNoByte('second');

    // For good: a restart forgets nothing.
    await owner.restart();
    await user.restart();
    await demandNoByte('third');
    for (const firm of [owner, user]) expect((await statusOf(firm)).distrusted?.code).toBe('LOG_ROLLED_BACK');
  });

  test('when the leaf was put in again at another place, so that the size is the same', async () => {
    await space.clearingHouse.stop();
    await rebuildLog(
      space,
      ([first, second, ...rest]) => [second, first, ...rest].flatMap((each) => each ?? []),
      clock.now(),
    );
    await space.clearingHouse.start();
    expect(await publishedSize()).toBe(5n);
    // No monitor has looked yet: the next receipt alone shows it.
    await demandNoByte('second');
    await demandDistrust(owner, 'LOG_FORKED');
  });
});

describe('a clearing house whose receipts hold, and whose published log lacks the leaf', () => {
  /** What it shows to everybody: a copy of the true log at first. */
  let lie: string;
  let liar: RunningServer;

  beforeEach(async () => {
    lie = join(space.folder, 'lie');
    await cp(tilesOf(space), lie, { recursive: true });
    const port = space.clearingHouse.port('log');
    await space.clearingHouse.restart({ httpsPort: '0' });
    liar = await servePeerHttps({
      ...{ identity: space.identityOf('clearing-house'), clock, host: '127.0.0.1', port, log: silentLogger },
      app: tileListener(await openTileFolder(lie), silentLogger),
      open: openRoutes,
    });
  });

  afterEach(() => liar.close());

  /** The entry of the start of a transfer, as the clearing house tells its party. */
  async function lastEntry() {
    const identity = space.identityOf('oem');
    const address = `127.0.0.1:${space.clearingHouse.port('clearing-house')}`;
    const channel = new PeerChannel({
      identity,
      address,
      expect: { id: 'urn:causeway:clearing-house', role: 'clearing-house' },
    });
    try {
      const { records } = await channel.unary(ClearingHouse.list, { agreement });
      const { envelope, keyStatement, receipt } = records?.[0]?.entries?.at(-1) ?? {};
      if (envelope && keyStatement && receipt) return { envelope, keyStatement, receipt };
      throw new Error('expected the clearing house to show its party the record');
    } finally {
      channel.close();
    }
  }

  test('is found out by the connector at the next checkpoint, and by an audit against the tiles', async () => {
    const honest = parseAuditBundle(await auditBundle(owner, agreement));
    await requestTransfer(user, 'second', agreement, join(space.folder, 'second'));
    await until(async () => (await publishedSize()) === 6n);

    // The receipt holds: it is of our leaf, under a checkpoint with the log's signature.
    const entry = await lastEntry();
    expect(readEnvelope(entry.envelope).envelope.type).toBe('transfer-start');
    const { vkey } = space.identityOf('oem').trust.bundle.clearingHouse;
    const { checkpoint, note } = verifyReceipt(entry.receipt, leafData(entry.envelope), noteVerifier(vkey));
    expect(checkpoint.size).toBe(6n);
    // So far the published log may just be late: nothing is believed, nothing is released, nobody is convicted.
    await clock.advance(10_000);
    expect((await statusOf(owner)).distrusted).toBeUndefined();

    await publishOther(space, lie, leafData(`not ${envelopeDigest(entry.envelope)}`));
    await until(async () => (await statusOf(owner)).distrusted !== undefined);
    await demandDistrust(owner, 'LOG_FORKED');
    await demandNoByte('third');
    expect(await transferOf(user, 'second')).toMatchObject({ state: 'STARTED' });
    expect(existsSync(join(space.folder, 'second'))).toBe(false);

    // Without proofs of consistency, which are about the checkpoint it had: the published log shows it.
    const { consistency: _before, ...rest } = honest;
    const entries = [...honest.entries, entry];
    const record = auditBundleBytes({ ...rest, version: '1', entries, checkpoint: note });
    expect((await verifyAgainst(tilesOf(space), record, space.pin)).findings).toEqual([]);
    const { findings } = await verifyAgainst(lie, record, space.pin);
    const found = findings.map(({ code, where }) => `${code} at ${where}`);
    expect(found).toEqual([
      'LOG_FORKED at bundle#/checkpoint',
      'LOG_FORKED at bundle#/entries/5/receipt',
      'LEAF_MISSING at bundle#/entries/5/receipt',
    ]);

    const file = join(space.folder, 'record.json');
    await writeFile(file, record);
    const log = `https://localhost:${liar.port}`;
    const { code, stdout } = await causeway('audit', 'verify', file, '--key', space.pin, '--log', log);
    expect(code).toBe(1);
    for (const each of found) expect(stdout).toContain(`${each}: `);
  });
});
