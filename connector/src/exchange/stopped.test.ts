import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { RpcError } from '@causeway/certs/peer';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reason } from '../reasons.js';
import { judge, stopFailure } from './refusals.js';
import { CuttingProxy } from './testing/cutting-proxy.js';
import { SpaceDouble } from './testing/space-double.js';

const size = 60_000_000;
let space: SpaceDouble;

beforeAll(async () => {
  space = await SpaceDouble.start();
});
afterAll(() => space[Symbol.asyncDispose]());

describe('a stream whose transfer is stopped', () => {
  test.each([
    ['POLICY_DENIED', 'permitted before noon; it is noon'],
    ['AGREEMENT_ENDED', 'urn:causeway:steel ended the agreement: the project is over'],
  ] as const)('for good by %s ends with that code, and its consumer removes what it had', async (code, words) => {
    await using proxy = await CuttingProxy.start(space.provider.address, []);
    const { provider, consumer, target } = await space.begin(randomBytes(size), { address: proxy.address });
    space.consumer.plane.pull(consumer);
    await expect.poll(() => space.consumer.plane.progress(consumer.pid) ?? 0).toBeGreaterThan(0);
    const why = reason(code, words);
    await space.provider.control.update(provider.pid, async (transfer) => ({
      transfer: { ...transfer, intent: { state: 'TERMINATED', reason: why, since: 0 } },
    }));
    space.provider.plane.stop(provider.pid, why, 'TERMINATED');
    const { pid } = consumer;
    expect(await space.consumer.control.outcome(pid)).toMatchObject({ pid, terminated: { code, en: words } });
    await space.consumer.plane.idle();
    expect([existsSync(target), existsSync(consumer.sink?.partial ?? '')]).toEqual([false, false]);
    const held = await space.consumer.transfer(pid);
    expect(held).toMatchObject({ state: 'TERMINATED', reason: { code, en: words }, sink: { stage: 'discarded' } });
    expect(await space.consumer.records.partials.get(pid)).toBeUndefined();
  });

  test('only for a while, or by a person, is told to try again: the control planes say more', () => {
    for (const [code, to] of [
      ['POLICY_DENIED', 'SUSPENDED'],
      ['OPERATOR', 'TERMINATED'],
    ] as const) {
      const { status: kind, code: typed, message } = stopFailure(reason(code, 'because'), to);
      expect([kind, typed, message]).toEqual([status.ABORTED, 'TRANSFER_STOPPED', expect.stringContaining(code)]);
      expect(judge(new RpcError(kind, message, { code: typed }))).toHaveProperty('retry');
    }
  });
});
