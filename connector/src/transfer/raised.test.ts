import { ManualClock } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import { Pair } from '../testing/pair.js';

test('data that was raised to a higher level is delivered only under agreements that will do for it', async () => {
  const clock = new ManualClock();
  await using pair = await Pair.join(clock);
  const assignees = [pair.consumer.id];
  const weak = [{ terms: { assignees } }];
  const enough = [{ terms: { assignees, purposes: ['planning'], until: clock.now() + 86_400_000, count: 5 } }];
  const [old, better] = [await pair.agree('d', weak), await pair.agree('e', enough)];
  expect((await pair.held(await pair.transfer('before', old))).provider.state).toBe('STARTED');

  for (const name of ['d', 'e']) await pair.provider.publish(name, enough, { classification: 2 });
  const refused = await pair.held(await pair.transfer('after', old));
  expect(refused.consumer).toMatchObject({
    state: 'TERMINATED',
    reason: { code: 'CLASSIFICATION_FLOOR', en: expect.stringContaining('level 2 needs a purpose') },
  });
  // No use was taken, and nothing signed.
  expect(refused.provider.start).toBeUndefined();
  const asked = { request: 'planned', agreement: better, to: '/tmp/never-planned', purpose: 'planning' };
  const { record } = await pair.consumer.plane.transfers.request(asked);
  await pair.settle();
  expect((await pair.consumer.records.transfers.get(record.pid))?.value.state).toBe('STARTED');
});
