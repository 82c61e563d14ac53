import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import { Network } from '../testing/network.js';
import { settle } from '../testing/party.js';

test('a peer with too many open processes is told to come again, others are not, and it goes on when some end', async () => {
  const clock = new ManualClock();
  const trust = await testTrust({ clock });
  await using network = new Network();
  const join = async (name: string, seed: number, processesPerPeer = 1_000) =>
    network.join({
      ...{ identity: await trust.identity(`urn:causeway:${name}`, 'participant'), clock, random: seededRandom(seed) },
      ...{ decider: { negotiation: {}, transfer: {} }, processesPerPeer },
    });
  const provider = await join('p', 1, 2);
  const [greedy, honest] = [await join('g', 2), await join('h', 3)];
  const dataset = await provider.publish('d', [{ terms: { assignees: [greedy.id, honest.id] } }]);
  const opened = async () => (await provider.all()).negotiations.map(({ peer }) => peer).sort();

  for (const request of ['1', '2', '3']) {
    await greedy.negotiate(request, provider, dataset);
    await greedy.plane.queue.idle();
  }
  await honest.negotiate('1', provider, dataset);
  await honest.plane.queue.idle();
  expect(await opened()).toEqual([greedy.id, greedy.id, honest.id]);
  expect(network.sent.filter(({ status }) => status === 503)).toHaveLength(1);

  const [one] = (await provider.all()).negotiations.filter(({ peer }) => peer === greedy.id);
  await provider.plane.negotiations.terminate(one?.pid ?? '', { code: 'OPERATOR', en: 'enough', zh: '' });
  await settle(clock, provider, greedy, honest);
  expect(await opened()).toEqual([greedy.id, greedy.id, greedy.id, honest.id]);

  // Those that come at once are no more than those that come in turn.
  await Promise.all(['2', '3', '4', '5', '6'].map((request) => honest.negotiate(request, provider, dataset)));
  await honest.plane.queue.idle();
  await greedy.plane.queue.idle();
  expect((await opened()).filter((peer) => peer === honest.id)).toHaveLength(2);
});
