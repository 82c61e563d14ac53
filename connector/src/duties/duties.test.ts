import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { PeerChannel } from '@causeway/certs/peer';
import { type DutyStatement, saltOf, signEnvelope, writeStatement } from '@causeway/evidence';
import { codeOf, systemRandom } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { Exchange } from '@causeway/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeDouble } from '../exchange/testing/node-double.js';
import { SpaceDouble, type Started } from '../exchange/testing/space-double.js';
import type { SignedEnvelope } from '../model.js';
import { breachOf } from './breach.js';
import { type DutyRecord, isOverdue, saidIn } from './record.js';
import type { Owed, Terms } from './terms.js';

const hour = 3_600_000;
const content = Buffer.from('po_no,line\nPO-1,1\n');

let clock: ManualClock;
let space: SpaceDouble;
let terms: Terms;

/** What an agreement demands in these tests; a due is counted from the delivery. */
function demand(owed: readonly Owed[], consequences: readonly Owed[] = []): void {
  const from = (since: number) => (one: Owed) => ({
    ...one,
    ...(one.due === undefined ? {} : { due: since + one.due }),
  });
  terms = {
    owed: (delivered) => owed.map(from(delivered)),
    consequences: (duty, { violated }) => (duty === 'obligation/0' ? consequences.map(from(violated)) : []),
  };
}
const deletion: Owed = { duty: 'obligation/0', action: 'delete', due: hour };

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  demand([deletion]);
  const node = { clock, termsOf: () => terms };
  space = await SpaceDouble.start({ provider: node, consumer: node });
});
afterEach(() => space[Symbol.asyncDispose]());

async function deliver(): Promise<Started> {
  const started = await space.begin(content);
  space.consumer.plane.pull(started.consumer);
  await space.consumer.control.outcome(started.consumer.pid);
  await settle();
  return started;
}

/** Until nothing is due on either side, and nothing waits for the log. */
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const before = changes();
    for (const { evidence, duties } of [space.consumer, space.provider]) {
      await evidence.idle();
      await duties.idle();
    }
    quiet = changes() === before ? quiet + 1 : 0;
  }
}
const changes = () => space.consumer.duties.changes() + space.provider.duties.changes();

async function dutiesOf({ records }: NodeDouble): Promise<DutyRecord[]> {
  const found: DutyRecord[] = [];
  for await (const { value } of records.duties.all()) found.push(value);
  return found;
}

async function theDuty(node: NodeDouble): Promise<DutyRecord> {
  const [duty, ...more] = await dutiesOf(node);
  if (duty === undefined || more.length > 0) throw new Error(`expected one duty, found ${more.length}`);
  return duty;
}

/** How it stands at both sides: consumer first. */
async function stands(): Promise<[string, string | undefined][]> {
  const both = await Promise.all([theDuty(space.consumer), theDuty(space.provider)]);
  return both.map((duty) => {
    const last = duty.answers.at(-1);
    return [duty.state, last && saidIn(last).result];
  });
}

async function refused({ provider }: Started): Promise<string | undefined> {
  const { records } = space.provider;
  const agreement = (await records.agreements.get(provider.agreement))?.value;
  if (!agreement) throw new Error('expected an agreement');
  return (await breachOf(records, () => terms, agreement, clock.now()))?.code;
}

describe('a deletion', () => {
  test('begins with the delivery on both sides, is done shortly before it is due, and reported with its receipt', async () => {
    const started = await deliver();
    expect(await stands()).toEqual([
      ['pending', undefined],
      ['pending', undefined],
    ]);
    expect(await refused(started)).toBeUndefined();

    await clock.advance(hour - 60_002 - (clock.now() - (await theDuty(space.consumer)).delivered));
    await settle();
    expect(existsSync(started.target)).toBe(true);
    await clock.advance(2);
    await settle();
    expect(existsSync(started.target)).toBe(false);
    expect(await stands()).toEqual([
      ['fulfilled', 'deleted'],
      ['fulfilled', 'deleted'],
    ]);

    const [ours, theirs] = await Promise.all([theDuty(space.consumer), theDuty(space.provider)]);
    expect(ours.id).toBe(theirs.id);
    expect(ours.answers).toEqual(theirs.answers);
    const [answer] = ours.answers;
    if (!answer) throw new Error('expected an answer');
    expect(saidIn(answer)).toMatchObject({ deleted: { bytes: String(content.length) }, outcome: 'fulfilled' });
    for (const node of [space.consumer, space.provider]) {
      expect(await node.evidence.receipts([answer])).toHaveLength(1);
    }
    expect(await refused(started)).toBeUndefined();
  });

  test('by a person, early, is as good', async () => {
    const started = await deliver();
    await space.consumer.duties.doNow((await theDuty(space.consumer)).id);
    await settle();
    expect(existsSync(started.target)).toBe(false);
    expect(await stands()).toEqual([
      ['fulfilled', 'deleted'],
      ['fulfilled', 'deleted'],
    ]);
    const { id } = await theDuty(space.consumer);
    await expect(space.consumer.duties.doNow(id)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  });

  test.each<[string, (target: string) => Promise<void>, string]>([
    ['that somebody took away', (target) => rm(target), 'gone'],
    ['that somebody moved', (target) => rename(target, `${target}.elsewhere`), 'gone'],
    ['that somebody wrote into', (target) => writeFile(target, 'mine'), 'replaced'],
  ])(
    'of a file %s is no deletion, and refuses further transfers until somebody lets it be',
    async (_name, meddle, result) => {
      const started = await deliver();
      await meddle(started.target);
      await clock.advance(hour);
      await settle();
      expect(await stands()).toEqual([
        ['violated', result],
        ['violated', result],
      ]);
      if (result === 'replaced') expect(await readFile(started.target, 'utf8')).toBe('mine');
      expect(await refused(started)).toBe('DUTY_VIOLATED');
      const { id } = await theDuty(space.provider);
      await space.provider.duties.excuse(id, 'they have shown us how it went');
      expect(await refused(started)).toBeUndefined();
      await expect(space.consumer.duties.excuse(id, 'ourselves')).rejects.toMatchObject({ code: 'STATE_INVALID' });
    },
  );

  test('that was due while the consumer was off is done when it is back, late, and starts its consequence', async () => {
    demand([deletion], [{ duty: 'obligation/0/consequence/0', action: 'inform', due: 10 * hour }]);
    const started = await deliver();
    await space.consumer.down();
    await clock.advance(2 * hour);
    expect(await refused(started)).toBe('DUTY_OVERDUE');
    expect(isOverdue(await theDuty(space.provider), clock.now())).toBe(true);
    await space.consumer.up();
    await settle();

    expect(existsSync(started.target)).toBe(false);
    const [ours, theirs] = await Promise.all([dutiesOf(space.consumer), dutiesOf(space.provider)]);
    const told = (duties: readonly DutyRecord[]) =>
      duties
        .map(({ duty, state, due, delivered, answers: [answer] }) => [
          duty,
          state,
          (due ?? 0) - delivered,
          answer && saidIn(answer).outcome,
        ])
        .sort();
    expect(told(ours)).toEqual([
      ['obligation/0', 'violated', hour, 'violated'],
      ['obligation/0/consequence/0', 'fulfilled', 11 * hour, 'fulfilled'],
    ]);
    expect(told(theirs)).toEqual(told(ours));
    expect(await refused(started)).toBe('DUTY_VIOLATED');
  });

  test.each(['before the file is touched', 'after the file is gone'])(
    'is said once, though its process was killed %s',
    async (moment) => {
      const started = await deliver();
      const { store } = space.consumer;
      const commit = store.commit.bind(store);
      let commits = 0;
      // The first commit of a deletion says that it begins, the second what came of it.
      store.commit = async (change) => {
        commits += 1;
        if (commits > (moment === 'before the file is touched' ? 0 : 1)) throw new Error('killed');
        return commit(change);
      };
      await clock.advance(hour - 30_000);
      await settle();
      expect(existsSync(started.target)).toBe(moment === 'before the file is touched');
      await space.consumer.restart();
      await settle();
      expect(existsSync(started.target)).toBe(false);
      expect(await stands()).toEqual([
        ['fulfilled', 'deleted'],
        ['fulfilled', 'deleted'],
      ]);
      expect((await theDuty(space.provider)).answers).toHaveLength(1);
    },
  );
});
