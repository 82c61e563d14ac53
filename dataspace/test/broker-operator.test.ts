import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchView } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace } from '@causeway/dataspace';
import { ManualClock } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { causeway } from './support/causeway.js';
import { publish } from './support/job.js';

// A broker's operator at work, by the commands, and what searchers and the removed firm see of it.

const heartbeatMs = 30_000;

let clock: ManualClock;
let space: HostedSpace;
let oem: HostedFirm;
let reader: HostedFirm;

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  const settings = { connector: { name: '华东重机' } };
  space = await bootSpace({ firms: ['oem', 'reader'], clock, settings });
  [oem, reader] = [space.firm('oem'), space.firm('reader')];
  const file = join(space.folder, 'file.csv');
  await writeFile(file, 'x\n');
  await publish(oem, 'boom', file, { assignees: ['*'] });
  await publish(oem, 'teeth', file, { assignees: ['*'] });
  await space.settle();
});

afterAll(() => space?.[Symbol.asyncDispose]());

async function beat(): Promise<void> {
  await clock.advance(heartbeatMs);
  await space.settle();
}

const json = async (...args: string[]) => JSON.parse((await causeway(...args, '--json')).stdout);
const search = async (query = '') => {
  const { hits } = await reader.get<SearchView>(`/management/v1/search?q=${encodeURIComponent('采购订单')}${query}`);
  return hits.map(({ entry }) => entry.id);
};
const participants = (...args: string[]) => causeway('participants', ...args, '--home', space.broker.home);
const both = ['urn:causeway:oem:boom', 'urn:causeway:oem:teeth'];

test('a search prints what to narrow it down by as what the broker says, and the command for the next page', async () => {
  const { stdout, code } = await causeway('search', '采购订单', '--limit', '1', '--home', reader.home, '--lang', 'en');
  expect(code).toBe(0);
  expect(stdout).toContain('华东重机, urn:causeway:oem');
  expect(stdout).toContain('2 hit(s), says the broker');
  expect(stdout).toMatch(/--publisher +urn:causeway:oem \(2\)/);
  const more = /^More: causeway (.+)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
  expect((await causeway(...more)).stdout).toContain(both[1]);
  expect(await search('&format=csv')).toEqual([]);
  expect(await search('&format=application/octet-stream')).toEqual(both);
});

describe('an operator', () => {
  test('sees who registers', async () => {
    const { items } = await json('participants', '--home', space.broker.home);
    expect(items).toMatchObject([
      { id: 'urn:causeway:oem', name: '华东重机', state: 'online', datasets: 2 },
      { id: 'urn:causeway:reader', state: 'online', datasets: 0 },
    ]);
    for (const { certificateExpires } of items) expect(certificateExpires).toBeGreaterThan(clock.now());
    expect((await participants('--state', 'gone', '--lang', 'en')).stdout).toBe('There is nobody.\n');
    expect((await participants('--limit', '1', '--lang', 'zh')).stdout).toContain('数据集 2 个');
  });

  test('removes a firm, which is told why and comes back only when approved again', async () => {
    expect(await search()).toEqual(both);
    const removed = await participants('remove', oem.id, '--reason', '数据有误', '--lang', 'en');
    expect(removed.stdout).toContain(`participants approve ${oem.id}`);
    expect(await search()).toEqual([]);

    await space.broker.restart();
    await beat();
    const status = await causeway('status', '--home', oem.home);
    expect(status.stdout).toMatch(/NOT LISTED.+PARTICIPANT_REMOVED.+数据有误/);
    expect(await oem.get('/management/v1/status')).toMatchObject({
      broker: { state: 'waiting', refused: 'PARTICIPANT_REMOVED' },
    });
    expect(await search()).toEqual([]);

    expect((await participants('approve', oem.id)).code).toBe(0);
    await beat();
    expect(await search()).toEqual(both);
    expect(await oem.get('/management/v1/status')).toMatchObject({ broker: { state: 'registered' } });
  });
});
