import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import type { Policy } from '../model.js';
import { agreement, duty, logic, ordered, rule, span } from '../testing/by-hand.js';
import { deadlineOf } from './deadline.js';
import { type DutyEvent, type DutyInstance, dutyTransitions } from './instance.js';
import { advanceDuties, advanceDuty, dutyFacts, nextDeadline, startDuties, startRemedies } from './machine.js';

const day = 86_400_000;
const fine = duty('obligation/0/consequence/0', { constraints: [ordered('delayPeriod', 'lteq', 5)] });
const erase = duty('obligation/0', {
  action: 'delete',
  constraints: [ordered('elapsedTime', 'lteq', 30)],
  consequences: [fine],
});
const pay = duty('permission/0/duty/0', { constraints: [ordered('dateTime', 'lt', 100)] });
const policy: Policy = agreement({
  permissions: [rule('permission', 0, { duties: [pay] })],
  prohibitions: [rule('prohibition', 0, { action: 'distribute', remedies: [duty('prohibition/0/remedy/0')] })],
  obligations: [erase, duty('obligation/1', { declaredOnly: true })],
});
const done = (at: number): DutyEvent => ({ type: 'fulfilled', at, evidence: `done ${at}` });
const clock = (at: number) => ({ type: 'time', at }) as const;

function started(now = 0, delivered?: number): readonly [DutyInstance, DutyInstance] {
  const [first, second, ...more] = startDuties(
    policy,
    { agreed: 0, ...(delivered === undefined ? {} : { delivered }) },
    now,
  );
  if (first === undefined || second === undefined || more.length > 0) throw new Error('two duties were to start');
  return [first, second];
}

test('what is owed from the agreement starts pending; what nobody enforces, and what follows only from a violation, does not start', () => {
  expect(started()).toEqual([
    { duty: 'permission/0/duty/0', kind: 'duty', state: 'pending', since: 0, deadline: 100 },
    { duty: 'obligation/0', kind: 'obligation', state: 'pending', since: 0 },
  ]);
});

test('an obligation that counts from the delivery has no deadline before it, and the first delivery sets it', () => {
  const [, before] = started();
  const { instance } = advanceDuty(policy, before, { type: 'delivered', at: 50 });
  expect(instance).toMatchObject({ delivered: 50, deadline: 81 });
  expect(advanceDuty(policy, instance, { type: 'delivered', at: 60 }).instance).toBe(instance);
  expect(started(50, 50)[1]).toEqual(instance);
});

test('a deadline passes to the millisecond, violates, and makes the consequence owed from then on', () => {
  const [, owed] = started(0, 0);
  expect(nextDeadline([owed])).toBe(31);
  expect(advanceDuty(policy, owed, clock(30))).toEqual({ instance: owed, activated: [] });
  const { instance, activated } = advanceDuty(policy, owed, clock(1_000));
  expect(instance).toMatchObject({ state: 'violated', violated: 31 });
  expect(activated).toEqual([
    { duty: fine.duty, kind: 'consequence', state: 'pending', since: 31, deadline: 37, because: 'obligation/0' },
  ]);
  expect(nextDeadline([instance])).toBeUndefined();
  // Of the whole list the consequence is late by now as well.
  expect(advanceDuties(policy, [owed], clock(1_000)).map(({ state }) => state)).toEqual(['violated', 'violated']);
});

test('what is fulfilled late says so, and its permission waits for the consequence too', () => {
  const late = duty('permission/0/duty/0', {
    constraints: [ordered('dateTime', 'lt', 100)],
    consequences: [duty('more')],
  });
  const guarded = agreement({ permissions: [rule('permission', 0, { duties: [late] })] });
  const compiled = compile(guarded);
  const permits = (instances: readonly DutyInstance[], now: number) =>
    decide(compiled, { action: 'use', target: 'urn:x', assignee: 'urn:a' }, { now, duties: dutyFacts(instances) });
  const [owed] = startDuties(guarded, { agreed: 0 }, 0);
  if (owed === undefined) throw new Error('nothing started');
  expect(permits([owed], 50).reasons).toMatchObject([{ code: 'DUTY_NOT_FULFILLED', path: '/permission/0/duty/0' }]);
  expect(permits([advanceDuty(guarded, owed, done(99)).instance], 200).permit).toBe(true);

  const { instance, activated } = advanceDuty(guarded, owed, done(150));
  expect(instance).toMatchObject({
    state: 'fulfilled',
    late: true,
    violated: 100,
    fulfilled: 150,
    evidence: 'done 150',
  });
  expect(permits([instance, ...activated], 200).reasons[0]?.en).toMatch(/not fulfilled in time/);
  const [more] = activated.map((each) => advanceDuty(guarded, each, done(160)).instance);
  expect(permits([instance, ...(more ? [more] : [])], 200).permit).toBe(true);
});

test('a broken prohibition makes its remedies owed', () => {
  expect(startRemedies(policy, 'prohibition/0', 7)).toEqual([
    { duty: 'prohibition/0/remedy/0', kind: 'remedy', state: 'pending', since: 7, because: 'prohibition/0' },
  ]);
  expect(() => startRemedies(policy, 'prohibition/1', 7)).toThrow(TypeError);
  expect(() => advanceDuty(policy, { ...started()[0], duty: 'obligation/7' }, clock(1))).toThrow(TypeError);
});

test.each([
  ['before an instant', [ordered('dateTime', 'lt', 100)], 100],
  ['at an instant at the latest', [ordered('dateTime', 'lteq', 100)], 101],
  ['at an instant without a zone: where it comes first', [ordered('dateTime', 'lt', span(50, 100))], 50],
  ['within a period from the anchor', [ordered('delayPeriod', 'lteq', 5 * day)], 1_000 + 5 * day + 1],
  ['within the shortest month', [ordered('elapsedTime', 'lt', span(28 * day, 31 * day))], 1_000 + 28 * day],
  ['from an instant on', [ordered('dateTime', 'gteq', 100)], undefined],
  ['within both', [ordered('dateTime', 'lt', 100), ordered('dateTime', 'lt', 90)], 90],
  ['within either', [logic('or', ordered('dateTime', 'lt', 100), ordered('dateTime', 'lt', 90))], 100],
  ['or whenever', [logic('or', ordered('dateTime', 'lt', 100), ordered('percentage', 'lt', 9))], undefined],
  ['as declared only', [ordered('dateTime', 'lt', 100, { declaredOnly: true })], undefined],
])('a deadline %s', (_, constraints, deadline) => {
  expect(deadlineOf(duty('d', { constraints }), 1_000)).toBe(deadline);
  expect(deadlineOf(duty('d', { actionRefinements: constraints }), 1_000)).toBe(deadline);
});

const event: fc.Arbitrary<DutyEvent> = fc
  .tuple(fc.constantFrom('time' as const, 'delivered' as const, 'fulfilled' as const, 'violated' as const), fc.nat(200))
  .map(([type, at]) =>
    type === 'time' || type === 'delivered' ? { type, at } : { type, at, evidence: `${type} ${at}` },
  );
const story = fc.array(event, { maxLength: 8 }).map((events) => [...events].sort((a, b) => a.at - b.at));

function tell(events: readonly DutyEvent[]): readonly DutyInstance[] {
  let list: readonly DutyInstance[] = started();
  for (const each of events) {
    list = list.flatMap((instance) => {
      const { instance: after, activated } = advanceDuty(policy, instance, each);
      expect([instance.state, ...dutyTransitions[instance.state]]).toContain(after.state);
      return [after, ...activated];
    });
  }
  return list;
}

test('only the transitions of the table happen, and none of them twice', () => {
  fc.assert(
    fc.property(story, (events) => {
      const list = tell(events);
      const last = events.at(-1);
      // No duty starts twice, whatever is repeated.
      expect(new Set(list.map((each) => each.duty)).size).toBe(list.length);
      const told = new Set(tell(events.slice(0, -1)).map((each) => each.duty));
      for (const each of list) {
        // One that the last event itself made owed has not been told of it.
        if (last && told.has(each.duty)) {
          expect(advanceDuty(policy, each, last)).toEqual({ instance: each, activated: [] });
        }
        expect(each.late === true).toBe(each.state === 'fulfilled' && each.violated !== undefined);
        if (each.state === 'violated') expect(each.violated).toBeDefined();
      }
    }),
    { seed: 1, numRuns: 700 },
  );
});

test('it makes no difference how often the time is told in between', () => {
  const end = clock(400);
  let consequences = 0;
  fc.assert(
    fc.property(story, fc.array(fc.nat(200)), (events, ticks) => {
      const often = [...events, ...ticks.map(clock)].sort(
        (a, b) => a.at - b.at || Number(a.type === 'time') - Number(b.type === 'time'),
      );
      // A consequence that becomes owed unnoticed cannot be done meanwhile, so only what is owed from the start is told of.
      const own = (list: readonly DutyInstance[]) =>
        advanceDuties(policy, list, end).filter(({ kind }) => kind !== 'consequence');
      const plain = tell(events);
      expect(own(tell(often))).toEqual(own(plain));
      if (plain.length > 2) consequences += 1;
    }),
    { seed: 2, numRuns: 700 },
  );
  expect(consequences).toBeGreaterThan(50);
});
