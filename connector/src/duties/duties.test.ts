import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOverdue, saidIn } from './record.js';
import { content, DutySpace, deletion, dutiesOf, hour, theDuty } from './testing/duty-space.js';

let space: DutySpace;

beforeEach(async () => {
  space = await DutySpace.start();
  space.demand([deletion]);
});
afterEach(() => space[Symbol.asyncDispose]());

const both = (stand: string) => ({ consumer: [stand], provider: [stand] });

describe('a deletion', () => {
  test('begins with the delivery at both sides, is done shortly before it is due, and told with its receipt', async () => {
    const { clock } = space;
    const started = await space.deliver();
    expect(await space.stands()).toEqual(both('obligation/0 pending'));
    expect(await space.refusal(started)).toBeUndefined();

    await clock.advance((await theDuty(space.consumer)).delivered + hour - 60_002 - clock.now());
    await space.settle();
    expect(existsSync(started.target)).toBe(true);
    await clock.advance(2);
    await space.settle();
    expect(existsSync(started.target)).toBe(false);
    expect(await space.stands()).toEqual(both('obligation/0 fulfilled deleted'));

    const [ours, theirs] = await Promise.all([theDuty(space.consumer), theDuty(space.provider)]);
    expect([ours.id, ours.answers]).toEqual([theirs.id, theirs.answers]);
    const said = ours.answers.map(saidIn);
    expect(said).toMatchObject([{ outcome: 'fulfilled', deleted: { bytes: String(content.length) } }]);
    for (const { evidence } of [space.consumer, space.provider]) {
      expect(await evidence.receipts(ours.answers)).toHaveLength(1);
    }
    expect(await space.refusal(started)).toBeUndefined();
  });

  test('by a person, early, is as good', async () => {
    const started = await space.deliver();
    const { id } = await theDuty(space.consumer);
    await space.consumer.duties.doNow(id);
    await space.settle();
    expect(existsSync(started.target)).toBe(false);
    expect(await space.stands()).toEqual(both('obligation/0 fulfilled deleted'));
    await expect(space.consumer.duties.doNow(id)).rejects.toMatchObject({ code: 'STATE_INVALID' });
    await expect(space.consumer.duties.doNow('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each<[string, (target: string) => Promise<void>, string]>([
    ['that somebody took away', (target) => rm(target), 'gone'],
    ['that somebody moved', (target) => rename(target, `${target}.elsewhere`), 'gone'],
    ['that somebody wrote into', (target) => writeFile(target, 'mine'), 'replaced'],
  ])('of a file %s is none, and refuses further transfers until a person lets it be', async (_name, meddle, result) => {
    const started = await space.deliver();
    await meddle(started.target);
    await space.clock.advance(hour);
    await space.finish();
    expect(await space.stands()).toEqual(both(`obligation/0 violated ${result}`));
    if (result === 'replaced') expect(await readFile(started.target, 'utf8')).toBe('mine');
    expect(await space.refusal(started)).toBe('DUTY_VIOLATED');
    const { id } = await theDuty(space.provider);
    await space.provider.duties.excuse(id, 'they have shown us how it went');
    expect(await space.refusal(started)).toBeUndefined();
    await expect(space.consumer.duties.excuse(id, 'ourselves')).rejects.toMatchObject({ code: 'STATE_INVALID' });
  });

  test('that cannot be done in time is said to be kept, and done as soon as it can be', async () => {
    const { target } = await space.deliver();
    await link(target, `${target}.copy`);
    await space.clock.advance(hour + 1);
    await space.finish();
    expect(await space.stands()).toEqual(both('obligation/0 violated kept'));
    expect((await theDuty(space.consumer)).trouble).toContain('hard link');
    await rm(`${target}.copy`);
    await space.clock.advance(hour);
    await space.finish();
    expect(existsSync(target)).toBe(false);
    expect(await space.stands()).toEqual(both('obligation/0 violated deleted'));
    expect((await theDuty(space.provider)).answers).toHaveLength(2);
  });

  test('that could not be done and that somebody else did meanwhile is not said to be ours', async () => {
    const { target } = await space.deliver();
    await link(target, `${target}.copy`);
    await space.clock.advance(hour + 1);
    await space.finish();
    await rm(`${target}.copy`);
    await rm(target);
    await space.clock.advance(hour);
    await space.finish();
    expect(await space.stands()).toEqual(both('obligation/0 violated gone'));
  });

  test('of a file whose name is a folder now leaves the folder alone', async () => {
    const { target } = await space.deliver();
    await rm(target);
    await mkdir(target);
    await space.clock.advance(hour);
    await space.finish();
    expect(await space.stands()).toEqual(both('obligation/0 violated replaced'));
    expect(existsSync(target)).toBe(true);
    await rm(dirname(target), { recursive: true });
  });
});

describe('a duty that was due while the consumer was off', () => {
  test('is overdue at the provider, done late when the consumer is back, and made good by its consequence', async () => {
    space.demand([deletion], [{ duty: 'obligation/0/consequence/0', action: 'inform', due: 10 * hour }]);
    const started = await space.deliver();
    await space.consumer.down();
    await space.clock.advance(2 * hour);
    expect(isOverdue(await theDuty(space.provider), space.clock.now())).toBe(true);
    expect(await space.refusal(started)).toBe('DUTY_OVERDUE');
    await space.consumer.up();
    await space.settle();

    expect(existsSync(started.target)).toBe(false);
    const stands = ['obligation/0 violated deleted', 'obligation/0/consequence/0 fulfilled informed'];
    expect(await space.stands()).toEqual({ consumer: stands, provider: stands });
    const dues = async (node: typeof space.consumer) => (await dutiesOf(node)).map(({ id, due }) => [id, due]).sort();
    expect(await dues(space.consumer)).toEqual(await dues(space.provider));
    expect(await space.refusal(started)).toBeUndefined();
  });

  test('is done late, and stands against the consumer where its policy names no consequence', async () => {
    const started = await space.deliver();
    await space.consumer.down();
    await space.clock.advance(2 * hour);
    await space.consumer.up();
    await space.settle();
    expect(await space.stands()).toEqual(both('obligation/0 violated deleted'));
    expect(await space.refusal(started)).toBe('DUTY_VIOLATED');
  });
});

describe('what is to be told', () => {
  test.each(['inform', 'idsc:log'])('by %s is told at once, and done when the provider has it', async (action) => {
    space.demand([{ duty: 'obligation/0', action, due: hour }]);
    await space.deliver();
    const result = action === 'inform' ? 'informed' : 'logged';
    expect(await space.stands()).toEqual(both(`obligation/0 fulfilled ${result}`));
    const { answers } = await theDuty(space.provider);
    expect(await space.provider.evidence.receipts(answers)).toHaveLength(1);
  });

  test('waits for the log, and whoever is to be informed too late was not informed', async () => {
    space.demand([{ duty: 'obligation/0', action: 'inform', due: hour }]);
    space.log.refuse = (envelope) =>
      Buffer.from(envelope.split('.')[1] ?? '', 'base64url').includes('"duty"')
        ? { code: 'BUSY', message: 'not now', retryable: true }
        : undefined;
    const started = await space.deliver();
    expect(await space.stands()).toEqual({
      consumer: ['obligation/0 pending informed'],
      provider: ['obligation/0 pending'],
    });
    await space.clock.advance(2 * hour);
    expect(await space.refusal(started)).toBe('DUTY_OVERDUE');
    space.log.refuse = () => undefined;
    await space.finish();
    expect(await space.stands()).toEqual(both('obligation/0 violated informed'));
    expect(await space.refusal(started)).toBe('DUTY_VIOLATED');
  });
});

test('what nobody keeps is pending until it is overdue, and is no reason to touch a file', async () => {
  space.demand([{ duty: 'obligation/0', action: 'archive', due: hour }]);
  const started = await space.deliver();
  const { id } = await theDuty(space.consumer);
  await expect(space.consumer.duties.doNow(id)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  await space.clock.advance(2 * hour);
  await space.settle();
  expect(await space.stands()).toEqual(both('obligation/0 pending'));
  expect(existsSync(started.target)).toBe(true);
  expect(await space.refusal(started)).toBe('DUTY_OVERDUE');
});

describe('a process that is killed', () => {
  test.each([
    ['before a deletion is said to begin', 0, true],
    ['between the deletion and what is said of it', 1, false],
  ])('%s does and says it once', async (_name, after, there) => {
    const { target } = await space.deliver();
    const { store } = space.consumer;
    const commit = store.commit.bind(store);
    let commits = 0;
    store.commit = async (change) => {
      commits += 1;
      if (commits > after) throw new Error('killed');
      return commit(change);
    };
    await space.clock.advance(hour - 30_000);
    await space.settle();
    expect(existsSync(target)).toBe(there);
    await space.consumer.restart();
    await space.settle();
    expect(existsSync(target)).toBe(false);
    expect(await space.stands()).toEqual(both('obligation/0 fulfilled deleted'));
    expect((await theDuty(space.provider)).answers).toHaveLength(1);
  });
});
