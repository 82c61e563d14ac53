import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, homePaths, type NegotiationView, openApi, type TransferView } from '@causeway/cli';
import { runCommand, Space } from '@causeway/dataspace';
import { readEnvelope } from '@causeway/evidence';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const base = '/management/v1';
const uses = 4;

let folder: string;
let space: Space;
let agreement: string;
let lost: string;

interface Status {
  readonly store: {
    readonly state: string;
    readonly trouble?: string;
    readonly restored?: { readonly agreements: number; readonly starts: number; readonly unknown: number };
    readonly unknown: readonly { readonly agreement: string; readonly peer: string; readonly role: string }[];
  };
}

const oem = () => space.connector('oem');
const hydraulics = () => space.connector('hydraulics');
const api = (name: string): Promise<Api> => openApi(space.connector(name).home);
const statusOf = async (name: string) => (await (await api(name)).get<Status>(`${base}/status`)).store;

async function publish(name: string): Promise<void> {
  const file = join(folder, `${name}.csv`);
  await writeFile(file, `${name},1\n`);
  const offers = [{ terms: { assignees: ['urn:causeway:hydraulics'], count: uses } }];
  await (await api('oem')).send('PUT', `${base}/datasets/${name}`, { file, title: { en: name }, listed: true, offers });
}

async function agree(request: string, name: string): Promise<string> {
  const user = await api('hydraulics');
  const address = `https://localhost:${oem().port('dsp')}/dsp/2025-1`;
  await user.send('PUT', `${base}/negotiations/${request}`, { dataset: `urn:causeway:oem:${name}`, address });
  const { agreement: digest, reason } = await user.get<NegotiationView>(`${base}/negotiations/${request}?wait=20`);
  if (digest === undefined) throw new Error(`expected an agreement: ${reason?.en}`);
  return digest;
}

async function ask(request: string, digest: string): Promise<void> {
  const to = join(folder, 'received', `${request}.csv`);
  await (await api('hydraulics')).send('PUT', `${base}/transfers/${request}`, { agreement: digest, to });
}

const ended = async (request: string, wait = 20): Promise<TransferView> =>
  (await api('hydraulics')).get<TransferView>(`${base}/transfers/${request}?wait=${wait}`);

async function pull(request: string, digest: string): Promise<TransferView> {
  await ask(request, digest);
  return ended(request);
}

/** The record of an agreement as one side exports it, verified against the log: the sequence numbers by signer. */
async function sequences(name: string, digest: string): Promise<Record<string, number[]>> {
  const file = join(folder, `${name}-${Date.now()}.json`);
  const { home } = space.connector(name);
  await runCommand('audit', 'export', digest, '--out', file, '--home', home);
  const key = (await readFile(homePaths(home).pins, 'utf8')).trim();
  const tiles = join(space.clearingHouse.home, 'tiles');
  expect(await runCommand('audit', 'verify', file, '--key', key, '--log', tiles)).toMatchObject({ verified: true });
  const { entries } = JSON.parse(await readFile(file, 'utf8')) as { entries: { envelope: string }[] };
  const numbers: Record<string, number[]> = {};
  for (const { envelope } of entries) {
    const { signer, sequence } = readEnvelope(envelope).envelope;
    numbers[signer] = [...(numbers[signer] ?? []), Number(sequence)];
  }
  return numbers;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** The machine is gone, and what was backed up is put in its place. */
async function restore(name: string, backup: string): Promise<void> {
  const service = space.connector(name);
  await service.stop('SIGKILL');
  await rm(service.home, { recursive: true });
  await rename(backup, service.home);
  await service.start();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-restore-'));
  space = new Space({
    folder,
    firms: ['oem', 'hydraulics'].map((name) => ({ name, title: name })),
    settings: async (name, ports) => ({
      ...Object.fromEntries(Object.entries(ports).map(([option, port]) => [option, String(port)])),
      ...(name === 'authority' ? { rsaBits: '2048' } : {}),
    }),
  });
  await space.start();
  await publish('orders');
  await publish('stock');
  agreement = await agree('orders', 'orders');
  expect(await pull('first', agreement)).toMatchObject({ state: 'COMPLETED' });
}, 60_000);

afterAll(async () => {
  await space?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 30_000);

describe('an older back-up of a provider', () => {
  const backup = () => join(folder, 'backup-oem');

  test('is taken while it runs, and holds what stood then', async () => {
    const made = await runCommand('backup', '--out', backup(), '--home', oem().home);
    expect(made).toMatchObject({ out: backup(), entries: expect.any(Number) });
    expect((await stat(backup())).mode & 0o777).toBe(0o700);
    await runCommand('backup', '--out', join(folder, 'backup-hydraulics'), '--home', hydraulics().home);
  });

  test('goes on where the record ends: no number is used twice, no use is granted beyond the count', async () => {
    expect(await pull('second', agreement)).toMatchObject({ state: 'COMPLETED' });
    expect(await pull('third', agreement)).toMatchObject({ state: 'COMPLETED' });
    lost = await agree('stock', 'stock');
    expect(await pull('lost', lost)).toMatchObject({ state: 'COMPLETED' });

    await restore('oem', backup());

    expect(await statusOf('oem')).toMatchObject({
      state: 'checked',
      restored: { agreements: 1, starts: 2, unknown: 1 },
      unknown: [{ agreement: lost, role: 'provider', peer: 'urn:causeway:hydraulics' }],
    });
    // Agreement, and start and end of three transfers.
    expect(await sequences('oem', agreement)).toMatchObject({ 'urn:causeway:oem': upTo(7) });
    expect(await pull('fourth', agreement)).toMatchObject({ state: 'COMPLETED' });
    const fifth = await pull('fifth', agreement);
    expect(fifth).toMatchObject({ state: 'TERMINATED', reason: { code: 'POLICY_DENIED' } });
    for (const name of ['oem', 'hydraulics']) {
      expect(await sequences(name, agreement)).toEqual({
        'urn:causeway:oem': upTo(9),
        'urn:causeway:hydraulics': upTo(5),
      });
    }
  });

  test('refuses what was agreed after it, says why, and agrees anew', async () => {
    expect(await pull('again', lost)).toMatchObject({ state: 'TERMINATED', reason: { code: 'AGREEMENT_UNKNOWN' } });
    const anew = await agree('stock-anew', 'stock');
    expect(await pull('anew', anew)).toMatchObject({ state: 'COMPLETED' });
  });
});

test('an older back-up of a consumer goes on behind what it signed, and its old record verifies', async () => {
  await restore('hydraulics', join(folder, 'backup-hydraulics'));
  const { restored, unknown } = await statusOf('hydraulics');
  expect(restored).toMatchObject({ agreements: 1, starts: 0, unknown: 2 });
  expect(unknown).toHaveLength(2);
  expect(await sequences('hydraulics', agreement)).toMatchObject({ 'urn:causeway:hydraulics': upTo(5) });
  const sixth = await pull('sixth', agreement);
  expect(sixth).toMatchObject({ state: 'TERMINATED', reason: { code: 'POLICY_DENIED' } });
});

test('while the clearing house is away, a connector that starts serves nothing under its agreements, then goes on', async () => {
  await publish('parts');
  const parts = await agree('parts', 'parts');
  await space.clearingHouse.stop();
  await oem().stop();
  await oem().start();
  expect(await statusOf('oem')).toMatchObject({ state: 'waiting', trouble: expect.any(String) });
  await ask('waits', parts);
  expect(await ended('waits', 1)).toMatchObject({ state: 'REQUESTED' });
  await space.clearingHouse.start();
  expect(await ended('waits', 60)).toMatchObject({ state: 'COMPLETED' });
  expect(await statusOf('oem')).toMatchObject({ state: 'checked' });
});
