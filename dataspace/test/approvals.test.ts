import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetView, NegotiationView } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace, runCommand } from '@causeway/dataspace';
import { seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { negotiate } from './support/job.js';

// What people decide, by the commands they use: two connectors of one space, each command a process of its own.

let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;

beforeAll(async () => {
  space = await bootSpace({ firms: ['oem', 'hydraulics'], random: seededRandom('approvals') });
  oem = space.firm('oem');
  hydraulics = space.firm('hydraulics');
  await writeFile(at('data.csv'), 'po_no,line\nPO-2026-000001,1\n');
});

afterAll(() => space?.close());

interface Listed {
  readonly items: readonly { readonly pid: string }[];
}

const at = (name: string) => join(space.folder, name);

/** Published as an owner does, for the other firm, with all that level 3 demands. */
async function published(name: string, ...more: string[]): Promise<DatasetView> {
  const terms = ['--purpose', 'planning', '--until', '2999-01-01T00:00:00Z', '--times', '3'];
  const given = ['--yes', '--to', hydraulics.id, ...terms, '--name', name, ...more];
  return runCommand<DatasetView>('publish', at('data.csv'), ...given, '--home', oem.home);
}

test('level 3: two operators approve with their own keys, and the contract is agreed', async () => {
  for (const name of ['li', 'wang']) {
    await runCommand('operator', 'add', name, '--out', at(`${name}.key`), '--home', oem.home);
  }
  const dataset = await published('blueprint', '--classification', '3', '--domain', 'research');
  await hydraulics.send('PUT', '/management/v1/negotiations/blueprint', { dataset: dataset.id });
  await space.settle();
  const shown = () => runCommand<Listed>('requests', '--key', at('li.key'), '--home', oem.home);
  const { items } = await shown();
  expect(items).toMatchObject([{ peer: hydraulics.id, needed: 2, words: { en: expect.stringContaining('planning') } }]);
  const approve = (name: string) =>
    runCommand('approve', items[0]?.pid ?? '', '--key', at(`${name}.key`), '--home', oem.home);
  expect(await approve('li')).toMatchObject({ state: 'REQUESTED', approval: { given: [{ operator: 'li' }] } });
  expect(await approve('li')).toMatchObject({ state: 'REQUESTED' });
  expect(await approve('wang')).toMatchObject({ state: 'AGREED', approval: { outcome: 'approved' } });
  const agreed = await hydraulics.get<NegotiationView>('/management/v1/negotiations/blueprint?wait=30');
  expect(agreed).toMatchObject({ state: 'FINALIZED' });
  expect(await shown()).toMatchObject({ items: [] });
});

test('a refusal is told to whoever asked', async () => {
  const dataset = await published('plan', '--approval');
  await hydraulics.send('PUT', '/management/v1/negotiations/plan', { dataset: dataset.id });
  await space.settle();
  const { items } = await runCommand<Listed>('requests', '--home', oem.home);
  await runCommand('reject', items[0]?.pid ?? '', '--reason', 'not in this quarter', '--home', oem.home);
  const ended = await hydraulics.get<NegotiationView>('/management/v1/negotiations/plan?wait=30');
  expect(ended).toMatchObject({
    ...{ state: 'TERMINATED', reason: { code: 'APPROVAL_REJECTED', en: 'not in this quarter' } },
  });
});

test('a request for more is answered with what would be granted, which a person takes', async () => {
  const { id } = await published('stock', '--negotiable');
  const path = '/management/v1/datasets/stock';
  const { offers } = await oem.get<{ offers: readonly { policy: object }[] }>(path);
  const more = JSON.parse(JSON.stringify(offers[0]?.policy).replace('"@value":"3"', '"@value":"30"')) as object;
  const offered = await negotiate(hydraulics, 'stock', id, { offer: more });
  expect(offered).toMatchObject({ state: 'OFFERED', words: { en: expect.stringContaining('3') } });
  expect(await runCommand('accept', 'stock', '--home', hydraulics.home)).toMatchObject({ state: 'FINALIZED' });
});
