import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetView, type NegotiationView, openApi } from '@causeway/cli';
import { bootSpace, type HostedFirm, type HostedSpace } from '@causeway/dataspace';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { compose, type IdsTemplate, templates } from '@causeway/policies';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agree, negotiate, pull } from './support/job.js';

// The usage control classes of the International Data Spaces that a provider enforces, through two real connectors: real
// certificates, attribute tokens of a real authority, real gRPC, one use that passes and one that is stopped.

const hour = 3_600_000;
const content = 'po_no,line\nPO-2026-000001,1\n';

let clock: ManualClock;
let space: HostedSpace;
let oem: HostedFirm;
let hydraulics: HostedFirm;
let outsider: HostedFirm;

beforeAll(async () => {
  clock = new ManualClock(Date.now());
  space = await bootSpace({
    firms: ['oem', 'hydraulics', 'heat-treatment'],
    ...{ clock, random: seededRandom('usage classes') },
  });
  oem = space.firm('oem');
  hydraulics = space.firm('hydraulics');
  outsider = space.firm('heat-treatment');
  await attest(hydraulics, { set: { role: ['quality', 'buyer'], securityLevel: 'trust+', country: 'CN-31' } });
  await attest(outsider, { set: { role: 'buyer', securityLevel: 'base', country: 'DE' } });
  await mkdir(received(''));
  await writeFile(join(space.folder, 'data.csv'), content);
});

afterAll(() => space?.close());

const received = (name: string) => join(space.folder, 'received', name);

/** The authority's operator says something else of a firm. */
async function attest(firm: HostedFirm, change: object): Promise<void> {
  const api = await openApi(space.authority.home, 'authority');
  await api.send('POST', `/admin/v1/participants/${firm.id}/attributes`, change);
}

/** Time passes for everybody, once nobody has anything left to do. */
async function pass(ms: number): Promise<void> {
  await space.settle();
  await clock.advance(ms);
  await space.settle();
}

/** After a leap in time everybody has to tell the broker again that it is there. */
const heartbeat = () => pass(30_000);

/** As long as any token lives that was given before. */
const tokenLife = 600_000;

type Values = Parameters<IdsTemplate['part']>[0];

function classOf(number: number): IdsTemplate {
  const found = Object.values<IdsTemplate>(templates.ids).find((one) => one.number === number);
  if (found === undefined) throw new Error(`there is no class ${number}`);
  return found;
}

/** A dataset offered under the terms of one class, whatever else is given. */
async function offered(number: number, parameters: Values, more: object = {}): Promise<DatasetView> {
  await heartbeat();
  const { '@id': _made, ...policy } = compose({ id: 'urn:offer' }, [classOf(number).part(parameters)]);
  const title = { en: classOf(number).name.en };
  const body = { file: join(space.folder, 'data.csv'), title, offers: [{ policy, ...more }] };
  return oem.send('PUT', `/management/v1/datasets/class-${number}`, body);
}

let serial = 0;
const request = (): string => `use-${++serial}`;

/** A use that passes: the file arrives, and its record is in the log. */
async function passes(agreement: string, purpose?: string): Promise<void> {
  const name = request();
  const transfer = await pull(hydraulics, name, agreement, received(name), purpose);
  expect(transfer).toMatchObject({ state: 'COMPLETED', bytes: content.length });
  expect(await readFile(received(name), 'utf8')).toBe(content);
}

/** A use that is stopped before a byte leaves, for a reason that says why. */
async function isStopped(agreement: string, why: RegExp, purpose?: string): Promise<void> {
  const name = request();
  const { state, reason, bytes } = await pull(hydraulics, name, agreement, received(name), purpose);
  expect({ state, code: reason?.code, bytes }).toEqual({
    state: 'TERMINATED',
    code: 'POLICY_DENIED',
    bytes: undefined,
  });
  expect(reason?.en).toMatch(why);
  expect(existsSync(received(name))).toBe(false);
}

/** Whoever an offer is not for sees no such dataset, and whoever knows its terms from elsewhere is told no more. */
async function isUnseen(by: HostedFirm, dataset: DatasetView): Promise<void> {
  await heartbeat();
  const unseen = { code: 'REFUSED', data: { status: 404, problem: { code: 'NOT_FOUND' } } };
  await expect(negotiate(by, request(), dataset.id)).rejects.toMatchObject(unseen);
  const name = request();
  const [, local = ''] = dataset.id.split(/:(?=[^:]*$)/);
  const { offers } = await oem.get<{ offers: readonly { policy: object }[] }>(`/management/v1/datasets/${local}`);
  await by.send('PUT', `/management/v1/negotiations/${name}`, { dataset: dataset.id, offer: offers[0]?.policy });
  await pass(90_000);
  const known = await by.get<NegotiationView>(`/management/v1/negotiations/${name}?wait=30`);
  expect(known).toMatchObject({ state: 'TERMINATED', reason: { code: 'NOT_FOUND' } });
}

describe('by who uses it', () => {
  test('class 1: only these data consumers', async () => {
    const dataset = await offered(1, { participants: [hydraulics.id] });
    const agreement = await agree(hydraulics, request(), dataset.id);
    await passes(agreement);
    await isUnseen(outsider, dataset);
    // Not even under somebody else's agreement.
    const foreign = pull(outsider, request(), agreement, received('foreign'));
    await expect(foreign).rejects.toMatchObject({ code: 'REFUSED', data: { status: 404 } });
  });

  test('class 2: only these connectors', async () => {
    const dataset = await offered(2, { connectors: [hydraulics.id] });
    await passes(await agree(hydraulics, request(), dataset.id));
    await isUnseen(outsider, dataset);
  });

  test('class 4: only users in these roles, as long as the authority says so', async () => {
    const dataset = await offered(4, { roles: ['quality'] });
    const agreement = await agree(hydraulics, request(), dataset.id);
    await passes(agreement);
    await isUnseen(outsider, dataset);
    await attest(hydraulics, { set: { role: 'buyer' }, reason: 'the quality lead left' });
    await pass(tokenLife);
    await isStopped(agreement, /role/);
    await isUnseen(hydraulics, dataset);
    await attest(hydraulics, { set: { role: ['buyer', 'quality'] } });
    await pass(tokenLife);
    await passes(agreement);
  });

  test('class 5: only in these places', async () => {
    const dataset = await offered(5, { places: ['CN'] });
    await passes(await agree(hydraulics, request(), dataset.id));
    await isUnseen(outsider, dataset);
  });

  test('class 8: only at this security level or a higher one', async () => {
    const dataset = await offered(8, { level: 'trust' });
    const agreement = await agree(hydraulics, request(), dataset.id);
    await passes(agreement);
    await isUnseen(outsider, dataset);
    await attest(hydraulics, { set: { securityLevel: 'base' } });
    await pass(tokenLife);
    await isStopped(agreement, /securityLevel/);
    await attest(hydraulics, { remove: ['securityLevel'] });
    await pass(tokenLife);
    await isStopped(agreement, /securityLevel/);
  });
});

test('class 6: only for these purposes', async () => {
  const dataset = await offered(6, { purposes: ['urn:purpose:planning'] });
  const agreement = await agree(hydraulics, request(), dataset.id);
  await passes(agreement, 'urn:purpose:planning');
  await isStopped(agreement, /urn:purpose:resale/, 'urn:purpose:resale');
  await isStopped(agreement, /purpose/);
});

describe('by when and how often', () => {
  test('class 9: only in an interval of time', async () => {
    const from = clock.now() + hour;
    const [start, end] = [from, from + hour].map((at) => new Date(at).toISOString());
    const dataset = await offered(9, { from: start ?? '', until: end ?? '' });
    const agreement = await agree(hydraulics, request(), dataset.id);
    await isStopped(agreement, /from/);
    await pass(from - clock.now());
    await passes(agreement);
    await pass(from + hour - clock.now());
    await isStopped(agreement, /before/);
  });

  test('class 10: only for so long after the agreement', async () => {
    const dataset = await offered(10, { duration: 'PT1H' });
    const agreement = await agree(hydraulics, request(), dataset.id);
    const { created } = await hydraulics.get<{ created: number }>(`/management/v1/agreements/${agreement}`);
    await passes(agreement);
    await pass(created + hour - clock.now());
    await passes(agreement);
    await pass(1);
    await isStopped(agreement, /hour|1 h|PT1H/i);
  });

  test('class 11: only so many times', async () => {
    const dataset = await offered(11, { count: 2 });
    const agreement = await agree(hydraulics, request(), dataset.id);
    await passes(agreement);
    await passes(agreement);
    await isStopped(agreement, /0 of 2 uses left/);
  });
});

describe('what nobody can enforce', () => {
  test.each<[number, Values]>([
    [3, { applications: ['urn:app:planner'] }],
    [7, { event: 'urn:event:recall' }],
  ])('class %i is refused, unless it is marked as declared only, which both sides see', async (number, parameters) => {
    const refused = { code: 'REFUSED', data: { status: 422, problem: { code: 'POLICY_INVALID' } } };
    await expect(offered(number, parameters)).rejects.toMatchObject(refused);
    const dataset = await offered(number, parameters, { declaredOnly: true });
    const declared = /declared only/;
    expect(dataset.offers[0]?.words?.en).toMatch(declared);
    const negotiation = await negotiate(hydraulics, request(), dataset.id);
    expect(negotiation).toMatchObject({
      state: 'FINALIZED',
      words: { en: expect.stringMatching(declared) as unknown },
    });
    for (const firm of [oem, hydraulics]) {
      const agreed = await firm.get<NegotiationView>(`/management/v1/agreements/${negotiation.agreement}`);
      expect(agreed.words?.en).toMatch(declared);
    }
    await passes(negotiation.agreement ?? '');
  });
});
