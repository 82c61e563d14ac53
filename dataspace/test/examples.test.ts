import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homePaths, openApi } from '@causeway/cli';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, commandsWithExamples, Story } from './support/examples/story.js';

let folder: string;
let story: Story;
/** Answers that are not what docs/cli.schema.json says. */
const invalid: string[] = [];
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-examples-'));
  const schema = await readFile(join(import.meta.dirname, '../../docs/cli.schema.json'), 'utf8');
  const ajv = new Ajv2020({ allowUnionTypes: true, strict: true, strictRequired: false, allErrors: true });
  ajv.addSchema(JSON.parse(schema) as object);
  story = new Story(folder, (command, answer) => {
    const name = 'error' in answer ? 'Error' : `causeway ${command}`;
    const valid = ajv.getSchema(`urn:causeway:v1:cli#/$defs/${encodeURIComponent(name)}`);
    if (!valid) throw new Error(`docs/cli.schema.json says nothing of ${name}`);
    if (!valid(answer)) invalid.push(`${name}: ${ajv.errorsText(valid.errors)} in ${JSON.stringify(answer)}`);
  });
  await writeFile(at('orders.csv'), 'order,part,quantity\n4711,XG-4021-07,12\n');
});

afterAll(async () => {
  await story[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

// What the examples call the enrolment, process, agreement and so on of whoever reads them.
const anyEnrolment = '9f1c6d7e-0a4b-4f5c-8f67-2f0a5b1f8e11';
const anyProcess = '0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b';
const anyDuty = '0b1f8e115f5c4b4b8f679f1c6d7e0a4b';
const anyAgreement = 'sha-256:5e02…';
const ordersOfOem = 'urn:causeway:oem:orders.csv';

/** An invitation, and the joining that waits for its approval. */
async function invited(name: string, role: string, ...set: string[]): ReturnType<Story['begin']> {
  const who = { 恒力液压: name, 'urn:causeway:hydraulics': `urn:causeway:${name}` };
  const { text } = await story.run('authority invite', who, '--role', role);
  await writeFile(at('invitation.txt'), String(text));
  const home = { './hydraulics': `./${name}`, 'connector.hydraulics.example': 'localhost' };
  return story.begin('join', home, ...set);
}

async function enrol(name: string, role: string, ...set: string[]): Promise<Answer> {
  const { first, end } = await invited(name, role, ...set);
  const { items } = await story.run('authority pending');
  expect(items).toEqual([expect.objectContaining({ id: first.enrolment, keyFingerprint: first.keyFingerprint })]);
  await story.run('authority approve', { [anyEnrolment]: String(first.enrolment) });
  return (await end).answers.at(-1) ?? {};
}

const portOf = ({ ports }: Answer, name: string): string =>
  String((ports as { name: string; port: number }[]).find((port) => port.name === name)?.port);

/** A request that waits for people; answers by which id the provider knows it. */
async function asked(dataset: string): Promise<{ [process: string]: string }> {
  const told = await story.told('request', { [ordersOfOem]: dataset }, '--wait', '1');
  expect(told.answers).toMatchObject([{ error: { code: 'TIMED_OUT' } }]);
  const { items } = await story.run('requests');
  return { [`urn:uuid:${anyProcess}`]: (items as { pid: string }[])[0]?.pid ?? '' };
}

test('the example of every command, in one data space', async () => {
  await story.run('init', { 'port=7400': 'rsaBits=2048' }, ...(await story.ports('authority')));
  await story.begin('authority');
  await enrol('broker', 'broker', ...(await story.ports('broker')));
  const { vkey } = await enrol('clearing-house', 'clearing-house', ...(await story.ports('clearing-house')));
  const broker = (await story.begin('broker')).first;
  const clearingHouse = (await story.begin('clearing-house')).first;
  const log = `https://localhost:${portOf(clearingHouse, 'log')}`;
  await story.run('authority services', {
    'https://localhost:7411': `https://localhost:${portOf(broker, 'broker-reads')}`,
    'localhost:7410': `localhost:${portOf(broker, 'broker')}`,
    'https://localhost:7462': log,
    'localhost:7461': `localhost:${portOf(clearingHouse, 'clearing-house')}`,
    'urn:causeway:clearing-house+1a2b3c4d+AQ…': String(vkey),
  });
  const rejected = await invited('stranger', 'participant');
  await story.run('authority reject', { [anyEnrolment]: String(rejected.first.enrolment) });
  expect(await rejected.end).toMatchObject({ code: 1 });
  for (const firm of ['oem', 'hydraulics']) {
    await enrol(firm, 'participant', ...(await story.ports('connector')));
    await story.begin('connector', { './connector': `./${firm}` });
  }
  await enrol('auditor', 'auditor');
  await story.run('authority attributes');
  await story.run('doctor');

  const until = { '2027-01-01T00:00:00Z': `${new Date().getUTCFullYear() + 1}-01-01T00:00:00Z` };
  const unasked = '--yes';
  await story.run('publish', until, '--auditors', 'urn:causeway:auditor', unasked);
  await story.run('datasets');
  await story.run('datasets show');
  await story.run('search', { 动臂: 'orders.csv', 油缸: 'csv' });
  const { agreement, pid } = await story.run('request');
  const digest = { [anyAgreement]: String(agreement) };
  const pulled = await story.run('pull', { ...digest, './orders.csv': './received.csv' });
  for (const id of [pid, pulled.pid, agreement]) await story.run('show', { [anyProcess]: String(id) });
  await story.run('usage');
  const keys = (await readFile(homePaths(at('hydraulics')).pins, 'utf8')).trim();
  await story.run('audit list');
  await story.run('audit explain', { [`urn:uuid:${anyProcess}`]: String(pulled.peerPid) });
  await story.run('audit export', digest);
  await story.run('audit verify', { 'Fv1u…': keys.replaceAll(/\s+/g, ','), 'https://localhost:7462': log });

  await story.run('operator add');
  await story.run('operator list');
  await story.run('publish', until, '--name', 'asked', '--approval', unasked);
  await story.run('approve', await asked('urn:causeway:oem:asked'));
  await story.run('reject', await asked('urn:causeway:oem:asked'));
  await story.run('operator remove');

  await story.run('publish', until, '--name', 'haggled', '--negotiable', unasked);
  const offer = await countered('urn:causeway:oem:haggled');
  await story.run('accept', { [anyProcess]: offer });

  await story.run('publish', until, '--name', 'owed', '--delete-after', 'P30D', unasked);
  const owed = await story.run('request', { [ordersOfOem]: 'urn:causeway:oem:owed' });
  const owing = { [anyAgreement]: String(owed.agreement), './orders.csv': './owed.csv' };
  await story.run('pull', owing);
  const { duties } = await story.run('duties', { overdue: 'pending' });
  const duty = { [anyDuty]: (duties as { id: string }[])[0]?.id ?? '' };
  await rm(at('owed.csv'));
  await story.run('duties do', duty);
  await story.run('duties excuse', duty);

  await writeFile(at('orders-november.csv'), 'order,part,quantity\n4712,XG-4021-07,9\n');
  await story.run('update', {}, unasked);
  await story.run('withdraw', {}, unasked);
  await story.run('backup');
  await story.run('participants', { pending: 'online' });
  await story.run('participants remove');
  await story.run('participants approve');
  expect(await story.told('participants reject')).toMatchObject({ code: 1 });
  await story.run('stop', digest);
  await story.run('status', { '.causeway': '.' });
  await story.stop('./clearing-house');
  await story.run('clearing-house fsck');
  expect(invalid).toEqual([]);
  expect(commandsWithExamples().filter((command) => !story.ran.has(command))).toEqual([]);
}, 240_000);

/** Asks for more than is offered, as a program may: the provider offers what it would grant. @returns our process */
async function countered(dataset: string): Promise<string> {
  const api = await openApi(at('hydraulics'));
  const catalog = await api.send<{ catalog: { dataset: { '@id': string; hasPolicy: object[] }[] } }>(
    'POST',
    '/management/v1/catalog-requests',
    { provider: 'urn:causeway:oem' },
  );
  const offered = catalog.catalog.dataset.find((one) => one['@id'] === dataset)?.hasPolicy[0];
  const wanted = JSON.parse(JSON.stringify(offered).replace('"10"', '"20"')) as object;
  const { pid } = await api.send<{ pid: string }>('PUT', '/management/v1/negotiations/haggling', {
    dataset,
    offer: { ...wanted, target: dataset },
  });
  return pid;
}
