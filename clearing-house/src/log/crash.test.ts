import { leafData, verifyReceipt } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Submission } from '../records/verify.js';
import { CrashPoint } from '../testing/faults.js';
import { logFolder, openLog } from '../testing/open-log.js';
import { deal, type Signer, testAuthority } from '../testing/parties.js';
import { inspect } from './fsck.js';
import type { LogPorts } from './log.js';

const authority = testAuthority();
let steel: Signer;
let motors: Signer;
let submissions: Submission[];

beforeAll(async () => {
  steel = await authority.signer('urn:causeway:steel');
  motors = await authority.signer('urn:causeway:motors');
  const deals = Array.from({ length: 20 }, (_, at) => deal(`crash ${at}`, steel, motors));
  const signed = deals.flatMap(({ agreed, started }) => [
    agreed(steel),
    agreed(motors, steel),
    ...[2, 3, 4, 5, 6, 7, 8, 9].map((sequence) => started(steel, sequence)),
  ]);
  submissions = await Promise.all(signed);
});

/** Where an acknowledged envelope was said to be. */
type Acknowledged = Map<string, number>;

/** One life of the process: submits everything in groups, each after the answers of the one before, until it crashes. */
async function live(ports: LogPorts, group: number, acknowledged: Acknowledged, crashed: () => boolean): Promise<void> {
  const open = await openLog(ports, authority, { clock: new ManualClock() });
  for (let at = 0; at < submissions.length && !crashed(); at += group) {
    await Promise.all(
      submissions.slice(at, at + group).map(async (submission) => {
        const answer = await open.pipeline.submit(submission);
        if ('refusal' in answer) {
          expect(answer.refusal).toMatchObject({ retryable: true });
          return;
        }
        const { index } = verifyReceipt(answer.receipt, leafData(submission.envelope), ports.key.verifier);
        const before = acknowledged.get(submission.envelope) ?? Number(index);
        expect(Number(index)).toBe(before);
        acknowledged.set(submission.envelope, before);
      }),
    );
  }
  await open.pipeline.stop();
}

describe('a log that crashes at any write', () => {
  it('has every acknowledged envelope exactly once, and takes the others when they come again', async () => {
    const crash = fc.record({
      write: fc.integer({ min: 1, max: 40 }),
      when: fc.constantFrom('before' as const, 'within' as const, 'after' as const),
      group: fc.integer({ min: 1, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { minLength: 1, maxLength: 4 }), async (crashes) => {
        await using place = await logFolder();
        const acknowledged: Acknowledged = new Map();
        for (const { write, when, group } of crashes) {
          const point = new CrashPoint(write, when);
          const client = place.store.client();
          const ports = { store: point.store(client), tiles: point.tiles(place.tiles), key: place.key };
          await live(ports, group, acknowledged, () => point.crashed).catch((error: unknown) => {
            // A crash while it starts.
            if (!(error instanceof Error) || error.name !== 'Crash') throw error;
          });
          await client.close();
        }
        const client = place.store.client();
        await live({ ...place, store: client }, 100, acknowledged, () => false);
        await client.close();
        expect(new Set(acknowledged.values()).size).toBe(submissions.length);
        expect(await inspect(place)).toEqual({ ok: true, findings: [], sequenced: 200, integrated: 200 });
      }),
      { numRuns: 30, seed: 2_026 },
    );
  }, 120_000);

  it('goes on by itself when a write failed and the next ones do not', async () => {
    await using place = await logFolder();
    let failures = 0;
    const publish = async (note: string) => {
      if (failures-- > 0) throw new Error('no space left on device');
      await place.tiles.publish(note);
    };
    const clock = new ManualClock();
    const { log, pipeline, close } = await openLog({ ...place, tiles: { ...place.tiles, publish } }, authority, {
      clock,
    });
    const [first] = submissions as [Submission];
    failures = 2;
    expect(await pipeline.submit(first)).toMatchObject({ refusal: { code: 'BUSY', retryable: true } });
    await clock.asleep();
    expect(pipeline.state).toBe('recovering');
    expect(await pipeline.submit(first)).toMatchObject({ refusal: { code: 'BUSY' } });
    await clock.advance(100);
    await vi.waitFor(() => expect(pipeline.state).toBe('working'));
    // It was sequenced before the disk failed, so its leaf is there already.
    expect(log.published.size).toBe(1n);
    expect(await pipeline.submit(first)).toHaveProperty('receipt');
    expect(log.published.size).toBe(1n);
    await close();
  });

  it('refuses to start on a store that is older than what it published, and beside another log', async () => {
    await using place = await logFolder();
    await using other = await logFolder();
    for (const [ports, from, to] of [
      [place, 0, 1],
      [other, 10, 12],
    ] as const) {
      const { pipeline, close } = await openLog(ports, authority);
      for (const submission of submissions.slice(from, to)) await pipeline.submit(submission);
      await close();
    }
    await expect(openLog({ ...place, tiles: other.tiles, key: other.key }, authority)).rejects.toMatchObject({
      code: 'LOG_AHEAD',
    });
    await expect(openLog({ ...other, tiles: place.tiles, key: place.key }, authority)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
    });
    await expect(openLog({ ...other, key: place.key }, authority)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});
