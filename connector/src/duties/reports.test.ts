import { type Identity, PeerChannel } from '@causeway/certs/peer';
import { type DutyStatement, digestOf, saltOf, signEnvelope, writeStatement } from '@causeway/evidence';
import { systemRandom } from '@causeway/platform';
import { Exchange } from '@causeway/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instant } from '../control.js';
import { type DutyRecord, saidIn } from './record.js';
import { DutySpace, deletion, hour, theDuty } from './testing/duty-space.js';

let space: DutySpace;

beforeEach(async () => {
  space = await DutySpace.start();
  space.demand([deletion]);
});
afterEach(() => space[Symbol.asyncDispose]());

/** Sends a report as anybody might write it. */
async function report(
  as: Identity,
  said: DutyStatement,
  more: { signer?: Identity; sequence?: number; receipt?: string; agreement?: DutyStatement['agreement'] } = {},
): Promise<{ received: number } | { code: string | undefined }> {
  const { signer = as, sequence = 9, agreement = said.agreement } = more;
  const { bytes, id } = writeStatement(said);
  const envelope = await signEnvelope(
    { version: '1', type: 'duty', statement: id, agreement, sequence: String(sequence), signer: signer.id },
    signer.signing,
  );
  const channel = new PeerChannel({
    ...{ identity: as, address: space.provider.address, clock: space.clock },
    expect: { id: space.provider.identity.id, role: 'participant' },
  });
  try {
    const { keyStatement } = signer.signing;
    const { receipt = 'none' } = more;
    const { received } = await channel.unary(Exchange.reportDuty, {
      statement: bytes,
      envelope,
      keyStatement,
      receipt,
    });
    return { received };
  } catch (error) {
    return { code: (error as { code?: string }).code };
  } finally {
    channel.close();
  }
}

function lie(duty: DutyRecord, change: Partial<DutyStatement> = {}): DutyStatement {
  const { agreement, action, transfer, due } = duty;
  return {
    version: '1',
    type: 'duty',
    ...{ agreement, duty: duty.duty, action, transfer, outcome: 'violated', result: 'gone' },
    ...(due === undefined ? {} : { due: instant(due) }),
    time: instant(space.clock.now()),
    salt: saltOf(systemRandom.bytes(16)),
    ...change,
  };
}

describe('a report that lies', () => {
  test('is refused, and changes nothing', async () => {
    const first = await space.deliver();
    const duty = await theDuty(space.provider);
    const consumer = space.consumer.identity;
    const stranger = await space.stranger();
    const other = digestOf('another agreement');

    // Not the consumer of this agreement, though it has a certificate and signs with a key of its own, or with a stolen envelope.
    expect(await report(stranger, lie(duty))).toEqual({ code: 'NOT_FOUND' });
    expect(await report(stranger, lie(duty), { signer: consumer })).toEqual({ code: 'NOT_FOUND' });
    // The consumer's channel, and somebody else's signature.
    expect(await report(consumer, lie(duty), { signer: stranger })).toEqual({ code: 'EVIDENCE_INVALID' });
    expect(await report(consumer, lie(duty), { signer: space.provider.identity })).toEqual({
      code: 'EVIDENCE_INVALID',
    });
    // An agreement, a duty or a transfer that is none of theirs; an envelope under another one.
    expect(await report(consumer, lie(duty, { agreement: other }))).toEqual({ code: 'NOT_FOUND' });
    expect(await report(consumer, lie(duty, { duty: 'obligation/1' }))).toEqual({ code: 'NOT_FOUND' });
    expect(await report(consumer, lie(duty, { transfer: first.provider.peerPid ?? '' }))).toEqual({
      code: 'NOT_FOUND',
    });
    expect(await report(consumer, lie(duty), { agreement: other })).toEqual({ code: 'EVIDENCE_INVALID' });
    // What it says does not fit what was agreed and delivered.
    const now = space.clock.now();
    for (const change of [
      { action: 'inform' },
      { due: instant((duty.due ?? 0) + 1) },
      { time: instant(now + hour) },
      { time: instant(duty.delivered - hour) },
      { outcome: 'fulfilled', result: 'deleted', deleted: { bytes: '1', digest: other } },
    ] as const) {
      expect(await report(consumer, lie(duty, change))).toEqual({ code: 'EVIDENCE_INVALID' });
    }
    // Well said, and not in the log.
    expect(await report(consumer, lie(duty))).toEqual({ code: 'EVIDENCE_INVALID' });
    expect(await theDuty(space.provider)).toEqual(duty);
  });

  test('about a duty that has been answered for is refused, whatever it says now', async () => {
    await space.deliver();
    await space.consumer.duties.doNow((await theDuty(space.consumer)).id);
    await space.settle();
    const duty = await theDuty(space.provider);
    expect(duty.state).toBe('fulfilled');
    const again = lie(duty);
    expect(await report(space.consumer.identity, again)).toEqual({ code: 'STATE_INVALID' });
    expect(await theDuty(space.provider)).toEqual(duty);
  });
});

describe('a report', () => {
  test('whose answer was lost is sent again, and is the same one', async () => {
    await space.deliver();
    const { store } = space.consumer;
    const commit = store.commit.bind(store);
    let lost = 0;
    // The provider has it, and the consumer dies before it can save that.
    store.commit = async (change) => {
      const settles = change.writes.some(
        (write) => 'delete' in write && Buffer.from(write.delete).includes('outbox/duties'),
      );
      if (!settles) return commit(change);
      lost += 1;
      throw new Error('killed');
    };
    await space.consumer.duties.doNow((await theDuty(space.consumer)).id);
    await space.settle();
    expect(lost).toBeGreaterThan(0);
    const told = await theDuty(space.provider);
    expect(told.answers).toHaveLength(1);
    expect((await theDuty(space.consumer)).answers[0]?.received).toBeUndefined();

    await space.consumer.restart();
    await space.finish();
    expect(await theDuty(space.provider)).toEqual(told);
    expect((await theDuty(space.consumer)).answers[0]?.received).toBe(told.answers[0]?.received);
  });

  test('waits for a provider that is away', async () => {
    await space.deliver();
    await space.provider.down();
    const { duties, evidence } = space.consumer;
    await duties.doNow((await theDuty(space.consumer)).id);
    for (const part of [duties, evidence, duties]) await part.idle();
    expect(duties.backlog().depth).toBe(1);
    await space.provider.up();
    await space.finish();
    const duty = await theDuty(space.provider);
    expect([duty.state, duty.answers.map((one) => saidIn(one).result)]).toEqual(['fulfilled', ['deleted']]);
    expect(duties.backlog().depth).toBe(0);
  });

  test('that the provider refuses for good is kept with the reason', async () => {
    await space.deliver();
    const { records, store } = space.provider;
    const duty = await theDuty(space.provider);
    await store.commit({ writes: [records.duties.delete([duty.agreement, duty.id])] });
    await space.consumer.duties.doNow(duty.id);
    await space.settle();
    expect((await theDuty(space.consumer)).answers[0]?.refused).toMatchObject({ code: 'PEER_REFUSED' });
    expect(space.consumer.duties.backlog().depth).toBe(0);
  });
});
