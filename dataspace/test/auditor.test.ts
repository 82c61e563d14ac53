import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, PeerChannel } from '@causeway/certs/peer';
import { bootSpace, causewayBin, type HostedFirm, type HostedSpace, runCommand } from '@causeway/dataspace';
import { digestOf, type Envelope, saltOf, signEnvelope, verifyAudit, writeStatement } from '@causeway/evidence';
import { seededRandom } from '@causeway/platform/testing';
import { ClearingHouse } from '@causeway/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { causeway } from './support/causeway.js';
import { agree, publish, pull, tilesOf } from './support/job.js';
import { inLanes } from './support/lanes.js';
import { rebuildLog } from './support/rebuilt-log.js';

interface Row {
  readonly state: string;
  readonly transfer?: string;
  readonly agreement: string;
  readonly findings: number;
}
interface Listed {
  readonly transfers: readonly Row[];
  readonly refusals: readonly { readonly party: string; readonly code: string }[];
}
interface Explained {
  readonly verified: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly en: string;
    readonly zh: string;
  }[];
}

const flips = 400;

let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;
let agreement: string;
/** Which names another auditor, and which nobody. */
let foreign: string;
let unseen: string;

const home = (name: string) => ['--home', join(space.folder, name)];

beforeAll(async () => {
  space = await bootSpace({ firms: ['oem', 'hydraulics'], auditors: ['lens', 'other'] });
  [oem, hydraulics] = [space.firm('oem'), space.firm('hydraulics')];
  agreement = await job('orders', ['urn:causeway:lens']);
  foreign = await job('drawings', ['urn:causeway:other']);
  unseen = await job('boom', []);
});

afterAll(() => space?.close());

async function job(name: string, auditors: readonly string[]): Promise<string> {
  const file = join(space.folder, `${name}.csv`);
  await writeFile(file, `${name},1\n`);
  const named = auditors.length > 0 ? { auditors } : {};
  const dataset = await publish(oem, name, file, { assignees: [hydraulics.id], ...named });
  const agreed = await agree(hydraulics, name, dataset.id);
  await pull(hydraulics, name, agreed, join(space.folder, `${name}.received.csv`));
  await space.settle();
  return agreed;
}

describe('an auditor from outside', () => {
  let transfer: string;
  const bundle = () => join(space.folder, 'orders.record.json');

  test('lists the transfers of agreements that name it, and no others', async () => {
    const { transfers, refusals } = await runCommand<Listed>('audit', 'list', ...home('lens'));
    const parties = { provider: oem.id, consumer: hydraulics.id, dataset: `${oem.id}:orders` };
    expect(transfers).toMatchObject([{ ...parties, agreement, state: 'agreed', findings: 0 }]);
    expect(refusals).toEqual([]);
    transfer = transfers[0]?.transfer ?? '';
    const zh = await causeway('audit', 'list', ...home('lens'), '--lang', 'zh');
    expect(zh.stdout).toContain('一致：双方签署了同一结束声明');
    for (const id of [foreign, unseen, `sha-256:${'0'.repeat(64)}`, 'urn:uuid:0']) {
      const { code, stderr } = await causeway('audit', 'explain', id, ...home('lens'));
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^REFUSED: There is no agreement/) });
    }
  });

  test("tells a transfer's story in order, each check with its outcome", async () => {
    const { steps, verified } = await runCommand<Explained>('audit', 'explain', transfer, ...home('lens'));
    expect(verified).toBe(true);
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'agreement holds',
      'auditors told',
      'decision told',
      'start holds',
      'end holds',
      'state holds',
      'log holds',
      'log holds',
      'log holds',
    ]);
    expect(steps[3]?.en).toContain('logged before the end of its data');
    // A party's connector tells the same, but for how large the log is meanwhile.
    const party = await runCommand<Explained>('audit', 'explain', 'orders', ...home('hydraulics'));
    expect(party.steps.slice(0, -1)).toEqual(steps.slice(0, -1));
    const { stdout } = await causeway('audit', 'explain', agreement, ...home('lens'), '--lang', 'zh');
    expect(stdout).toMatch(/开始声明由.*先于数据结束写入日志/);
    expect(stdout).toMatch(/未核查: .*日志是否分叉/);
  });

  test('exports a record that verifies with no network, no home and nothing in the environment', async () => {
    await runCommand('audit', 'export', transfer, '--out', bundle(), ...home('lens'));
    const empty = join(space.folder, 'empty');
    await mkdir(empty);
    const ran = await alone(empty, ['audit', 'verify', bundle(), '--key', space.pin]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('verifies, by itself') });
    expect(ran.stdout).toContain('not checked: that the log has not forked');
    expect(await readdir(empty)).toEqual([]);
    const log = `https://localhost:${space.clearingHouse.port('log')}`;
    expect(await runCommand('audit', 'verify', bundle(), '--key', space.pin, '--log', log)).toMatchObject({
      verified: true,
    });
  });

  test(`finds each of ${flips} changed bytes of it, by itself`, async () => {
    const whole = await readFile(bundle());
    const random = seededRandom('a record by itself');
    const places = Array.from({ length: flips }, () => Buffer.from(random.bytes(4)).readUInt32BE() % whole.length);
    const unnoticed: number[] = [];
    await inLanes(4, places, async (at) => {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      if ((await verifyAudit(changed, { pins: [space.pin] })).ok) unnoticed.push(at);
    });
    expect(unnoticed).toEqual([]);
  });

  test('is seen by the owners of what it was released', async () => {
    for (const firm of [oem, hydraulics]) {
      const { stdout } = await causeway('show', agreement, '--home', firm.home);
      expect(stdout).toContain('auditors urn:causeway:lens');
    }
    const shown = await causeway('show', agreement, '--home', oem.home);
    // The agreement, the start and the end; what was released once is not asked for again.
    expect(shown.stdout).toMatch(/released to urn:causeway:lens: 3 statement\(s\), last at 20/);
    const other = await causeway('show', foreign, '--home', oem.home);
    expect(other.stdout).not.toContain('released to');
  });

  test('names who releases nothing, and has it from the other party', async () => {
    await oem.stop();
    await hydraulics.stop();
    const away = await runCommand<Listed>('audit', 'list', ...home('other'));
    expect(away.transfers).toMatchObject([{ agreement: foreign, state: 'unknown', findings: 0 }]);
    expect(new Set(away.refusals.map(({ party }) => party))).toEqual(new Set([oem.id, hydraulics.id]));
    const { stdout } = await causeway('audit', 'explain', foreign, ...home('other'));
    expect(stdout).toMatch(new RegExp(`LACK .*statement not released by ${oem.id} \\(UNREACHABLE`));

    await hydraulics.start();
    const back = await runCommand<Listed>('audit', 'list', ...home('other'));
    expect(back).toMatchObject({ transfers: [{ agreement: foreign, state: 'agreed' }], refusals: [] });
    await oem.start();
  });

  test('does not take the word of one party that another refuses, nor that a transfer is its own', async () => {
    const liar = space.identityOf('hydraulics');
    const alone = digestOf('an agreement that nobody else has seen');
    const parties = { provider: liar.id, consumer: oem.id, auditors: ['urn:causeway:lens'] };
    const start = writeStatement({
      ...{ version: '1', type: 'transfer-start', agreement: alone, transfer, consumerPid: 'urn:uuid:1' },
      ...{ dataset: `${liar.id}:x`, datasetVersion: alone, size: '1', decision: alone },
      ...{ time: new Date().toISOString(), salt: saltOf(Buffer.alloc(16)) },
    });
    const shared = { version: '1', agreement: alone, signer: liar.id } as const;
    await submit(liar, [
      { ...shared, type: 'agreement', statement: alone, sequence: '1', parties },
      { ...shared, type: 'transfer-start', statement: start.id, sequence: '2' },
    ]);
    const { transfers, refusals } = await runCommand<Listed>('audit', 'list', ...home('lens'));
    expect(transfers).toMatchObject([{ agreement }, { agreement: alone, state: 'running' }]);
    expect(refusals.map(({ party, code }) => `${party} ${code}`)).toEqual(Array(2).fill(`${liar.id} NOT_FOUND`));
    const { stdout } = await causeway('audit', 'explain', alone, ...home('lens'));
    expect(stdout).toContain('ONE-SIDED');
    expect(stdout).not.toContain(`not released by ${oem.id}`);

    // It shows its start to the auditor: which of the two records is meant is not for it to say.
    await writeFile(join(space.folder, 'lens', 'statements', `${start.id.replace(':', '-')}.json`), start.bytes);
    const { code, stderr } = await causeway('audit', 'explain', transfer, ...home('lens'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^REFUSED: More than one record/) });
  });

  test('has no list at the home of a party, and no service at its own', async () => {
    expect(await causeway('audit', 'list', '--home', oem.home)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^HOME_MISSING: /),
    });
    const searched = await causeway('search', 'x', ...home('lens'));
    expect(searched).toMatchObject({ code: 1, stderr: expect.stringMatching(/^HOME_MISSING: .*auditor/) });
  });

  test('finds out a log that was rebuilt and signed again since it looked last', async () => {
    await space.clearingHouse.stop();
    await rebuildLog(space, (entries) => entries.slice(0, -3), Date.now());
    await space.clearingHouse.start();
    const { code, stderr } = await causeway('audit', 'list', ...home('lens'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^NOT_VERIFIED: THE LOG IS NOT THE ONE/),
    });
    // What was exported before stands, and convicts the log.
    const log = tilesOf(space);
    expect(await causeway('audit', 'verify', bundle(), '--key', space.pin)).toMatchObject({ code: 0 });
    const found = await causeway('audit', 'verify', bundle(), '--key', space.pin, '--log', log);
    expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining('LOG_SHRUNK at bundle#/checkpoint') });
  });
});

/** Logs envelopes of one's own, as any member can. */
async function submit(identity: Identity, envelopes: readonly Envelope[]): Promise<void> {
  const { id, grpc } = identity.trust.bundle.clearingHouse;
  const channel = new PeerChannel({ identity, address: grpc, expect: { id, role: 'clearing-house' } });
  const stream = channel.bidi(ClearingHouse.submit);
  const { keyStatement } = identity.signing;
  for (const [number, envelope] of envelopes.entries()) {
    await stream.send({ id: number + 1, envelope: await signEnvelope(envelope, identity.signing), keyStatement });
  }
  stream.end();
  for await (const { receipt } of stream.responses) expect(receipt).not.toBe('');
  channel.close();
}

/** The command in a network of its own where the system lets us, without environment and home. */
function alone(cwd: string, args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = [process.execPath, causewayBin, ...args];
  const inNetwork = process.platform === 'linux' ? ['unshare', '-rn', ...command] : command;
  const run = ([file = '', ...rest]: readonly string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(file, rest, { cwd, env: { PATH: '/usr/bin:/bin', HOME: cwd } }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  return run(inNetwork).then((ran) => (/^unshare: /m.test(ran.stderr) || ran.code === null ? run(command) : ran));
}
