import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DutyView } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace, runCommand } from '@causeway/dataspace';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  agree,
  auditBundle,
  negotiate,
  pull,
  requestTransfer,
  tilesOf,
  transferOf,
  verifyAgainst,
} from './support/job.js';
import { TcpProxy } from './support/tcp-proxy.js';

// IDS usage classes 12 (delete), 15 (log) and 16 (inform), between two real connectors: one use that passes, one that is stopped.

const second = 1_000;
const hour = 3_600 * second;

let clock: ManualClock;
let proxy: TcpProxy;
let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  proxy = await TcpProxy.listen();
  space = await bootSpace({
    firms: ['oem', 'hydraulics'],
    clock,
    random: seededRandom('duties'),
    settings: { connector: { exchangePublicPort: String(proxy.port) } },
  });
  oem = space.firm('oem');
  hydraulics = space.firm('hydraulics');
  proxy.aim({ host: '127.0.0.1', port: oem.port('exchange') });
  await mkdir(received(''));
});

afterAll(async () => {
  await space?.close();
  await proxy?.[Symbol.asyncDispose]();
});

const received = (name: string) => join(space.folder, 'received', name);
const content = 'po_no,line\nPO-2026-000001,1\n';

const within = (time: string) => ({
  constraint: [
    { leftOperand: 'odrl:elapsedTime', operator: 'lteq', rightOperand: { '@value': time, '@type': 'xsd:duration' } },
  ],
});
const deletion = { action: 'odrl:delete', ...within('PT1H') };
const actions = { 15: 'https://w3id.org/idsa/code/log', 16: 'odrl:inform' } as const;

/** A dataset whose contract obliges to this; gives its id. */
async function publish(name: string, obligation: object, bytes: string | Buffer = content): Promise<string> {
  const file = join(space.folder, `${name}.csv`);
  await writeFile(file, bytes);
  const policy = {
    ...{ '@type': 'Offer', assignee: hydraulics.id, profile: 'https://w3id.org/idsa/code/' },
    ...{ permission: [{ action: 'use' }], obligation: [obligation] },
  };
  const { id } = await oem.send<{ id: string }>('PUT', `/management/v1/datasets/${name}`, {
    ...{ file, title: { en: name }, offers: [{ policy }] },
  });
  // Much time may have passed: the broker has to hear of its publisher again.
  await space.settle();
  return id;
}

const owing = async (name: string, obligation: object, bytes?: Buffer) =>
  agree(hydraulics, name, await publish(name, obligation, bytes));

async function dutiesOf(firm: HostedFirm, agreement: string): Promise<readonly DutyView[]> {
  const { items } = await firm.get<{ items: DutyView[] }>(`/management/v1/duties?agreement=${agreement}`);
  return items.toSorted((a, b) => (a.duty < b.duty ? -1 : 1));
}

/** How the duties of an agreement stand at the consumer and at the provider, in the order of the policy. */
async function stands(agreement: string): Promise<{ consumer: string[]; provider: string[] }> {
  const told = async (firm: HostedFirm) =>
    (await dutiesOf(firm, agreement)).map(({ duty, state, overdue, answers }) =>
      [duty, overdue ? 'overdue' : state, ...answers.slice(-1).map(({ result }) => result)].join(' '),
    );
  return { consumer: await told(hydraulics), provider: await told(oem) };
}
const both = (...lines: string[]) => ({ consumer: lines, provider: lines });

/** Until all that was said of these duties has been told; what failed is tried again when its time comes. */
async function reported(agreement: string): Promise<void> {
  for (let round = 0; round < 200; round++) {
    await space.settle();
    const duties = await dutiesOf(hydraulics, agreement);
    if (duties.every(({ answers }) => answers.length > 0 && answers.every((one) => one.received !== undefined))) return;
    await clock.advance(30 * second);
  }
  throw new Error('the reports do not arrive');
}

/** Asks once more; gives the code with which it was refused. */
async function refused(request: string, agreement: string): Promise<string | undefined> {
  const { state, reason } = await pull(hydraulics, request, agreement, received(request));
  expect(state).toBe('TERMINATED');
  expect(existsSync(received(request))).toBe(false);
  return reason?.code;
}

async function passes(request: string, agreement: string): Promise<void> {
  expect(await pull(hydraulics, request, agreement, received(request))).toMatchObject({ state: 'COMPLETED' });
  expect(await readFile(received(request), 'utf8')).toBe(content);
}

async function verified(agreement: string) {
  const reports = [oem, hydraulics].map(async (firm) =>
    verifyAgainst(tilesOf(space), await auditBundle(firm, agreement), space.pin),
  );
  const [report, theirs] = await Promise.all(reports);
  expect([report?.findings, theirs?.findings]).toEqual([[], []]);
  expect(report?.story).toEqual(theirs?.story);
  return report?.story;
}

describe('class 12, delete', () => {
  test('the file goes before its time is over, and everybody can prove that it was said', async () => {
    const agreement = await owing('kept', deletion);
    await passes('kept', agreement);
    await space.settle();
    expect(await stands(agreement)).toEqual(both('obligation/0 pending'));
    await clock.advance(hour - 70 * second);
    await space.settle();
    expect(existsSync(received('kept'))).toBe(true);
    await clock.advance(20 * second);
    await reported(agreement);
    expect(existsSync(received('kept'))).toBe(false);
    expect(await stands(agreement)).toEqual(both('obligation/0 fulfilled deleted'));

    const story = await verified(agreement);
    expect(story?.duties).toMatchObject([
      { duty: 'obligation/0', action: 'delete', outcome: 'fulfilled', result: 'deleted' },
    ]);
    const listed = await runCommand('duties', '--agreement', agreement, '--home', oem.home);
    expect(listed).toMatchObject({ duties: [{ state: 'fulfilled', role: 'provider', peer: hydraulics.id }] });
    await passes('kept-again', agreement);
  });

  test('a file that somebody moved is not said to be deleted, and the next transfer is stopped', async () => {
    const agreement = await owing('moved', deletion);
    await passes('moved', agreement);
    await rename(received('moved'), received('moved.elsewhere'));
    await clock.advance(hour);
    await reported(agreement);
    expect(await stands(agreement)).toEqual(both('obligation/0 violated gone'));
    expect(await refused('moved-again', agreement)).toBe('DUTY_VIOLATED');
    expect((await verified(agreement))?.duties).toMatchObject([{ outcome: 'violated', result: 'gone' }]);

    const [duty] = await dutiesOf(oem, agreement);
    await runCommand('duties', 'excuse', duty?.id ?? '', '--reason', 'shown to us', '--home', oem.home);
    await passes('moved-later', agreement);
  });

  test('a connector that was off deletes when it is back, late, and the next transfer is stopped', async () => {
    const agreement = await owing('off', deletion);
    await passes('off', agreement);
    await space.settle();
    await hydraulics.stop();
    await clock.advance(2 * hour);
    expect((await dutiesOf(oem, agreement)).map(({ overdue }) => overdue)).toEqual([true]);
    await hydraulics.start();
    await reported(agreement);
    expect(existsSync(received('off'))).toBe(false);
    expect(await stands(agreement)).toEqual(both('obligation/0 violated deleted'));
    expect(await refused('off-again', agreement)).toBe('DUTY_VIOLATED');
  });

  test('what nobody would do is not offered, unless it is marked as declared only, and then not owed', async () => {
    for (const [name, obligation] of Object.entries({
      unending: { action: 'odrl:delete' },
      kept: { action: 'odrl:archive' },
    })) {
      await expect(publish(`never-${name}`, obligation)).rejects.toMatchObject({
        data: { problem: { code: 'POLICY_INVALID', errors: [{ code: 'NOT_ENFORCED' }] } },
      });
    }
    const agreement = await owing('declared', { action: 'odrl:archive', 'urn:causeway:v1:declaredOnly': true });
    await passes('declared', agreement);
    expect(await stands(agreement)).toEqual(both());
  });

  test('what nobody would do is not asked for either', async () => {
    const dataset = await publish('asked', deletion);
    const { offer } = await negotiate(hydraulics, 'asked', dataset);
    for (const [name, obligation] of Object.entries({
      endless: { action: 'odrl:delete' },
      paid: { action: 'odrl:compensate' },
    })) {
      const asked = negotiate(hydraulics, name, dataset, { offer: { ...offer, obligation: [obligation] } });
      await expect(asked).rejects.toMatchObject({
        ...{
          code: 'REFUSED',
          data: { problem: { code: 'POLICY_INVALID', detail: expect.stringContaining('/obligation/0') } },
        },
      });
    }
  });
});

describe.each([
  { number: 15, what: 'log', result: 'logged' },
  { number: 16, what: 'inform', result: 'informed' },
] as const)('class $number, $what', ({ number, what, result }) => {
  const obligation = { action: actions[number], ...within('PT1H') };

  test('is done with the delivery, in the log and known to the provider', async () => {
    const agreement = await owing(`${what}-kept`, obligation);
    await passes(`${what}-kept`, agreement);
    await reported(agreement);
    expect(await stands(agreement)).toEqual(both(`obligation/0 fulfilled ${result}`));
    const duties = [...(await dutiesOf(hydraulics, agreement)), ...(await dutiesOf(oem, agreement))];
    expect(new Set(duties.map(({ answers }) => answers[0]?.logIndex)).size).toBe(1);
    expect((await verified(agreement))?.duties).toMatchObject([{ outcome: 'fulfilled', result }]);
    await passes(`${what}-again`, agreement);
  });

  test('stops the next transfer when nothing came of it in time', async () => {
    const bytes = Buffer.alloc(12 * 1_048_576, content);
    const agreement = await owing(`${what}-late`, obligation, bytes);
    proxy.slow(65_536);
    await requestTransfer(hydraulics, `${what}-late`, agreement, received(`${what}-late`));
    let before = 0;
    while (before < 1_048_576) before = (await transferOf(hydraulics, `${what}-late`)).bytes ?? 0;
    // From here on nothing is logged any more, and so nothing is told.
    await space.clearingHouse.stop();
    proxy.slow(Number.POSITIVE_INFINITY);
    while ((await transferOf(hydraulics, `${what}-late`)).state !== 'COMPLETED') await space.settle();
    expect(await stands(agreement)).toEqual({
      consumer: [`obligation/0 pending ${result}`],
      provider: ['obligation/0 pending'],
    });
    await clock.advance(hour + second);
    expect((await stands(agreement)).provider).toEqual(['obligation/0 overdue']);
    expect(await refused(`${what}-next`, agreement)).toBe('DUTY_OVERDUE');

    await space.clearingHouse.start();
    await reported(agreement);
    // It was written in time; whoever was to be informed in time was not.
    const state = what === 'log' ? 'fulfilled' : 'violated';
    expect(await stands(agreement)).toEqual(both(`obligation/0 ${state} ${result}`));
    if (what === 'inform') expect(await refused(`${what}-refused`, agreement)).toBe('DUTY_VIOLATED');
    expect((await verified(agreement))?.duties).toMatchObject([{ outcome: 'fulfilled', result }]);
  });
});
