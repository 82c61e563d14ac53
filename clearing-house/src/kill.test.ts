import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Identity, type PeerChannel, saveIdentity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { leafData, noteVerifier, verifyReceipt } from '@causeway/evidence';
import { seededRandom } from '@causeway/platform/testing';
import { ClearingHouse } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { fsck } from './log/fsck.js';
import { createLogKey } from './log/log-key.js';
import type { Submission } from './records/verify.js';
import { deal } from './testing/parties.js';
import { channelTo, clearingHouseId } from './testing/space.js';

const here = import.meta.dirname;
const child = join(here, '../dist/testing/child.js');
const kills = 5;
const underWay = 64;

/** A clearing house in a process of its own, which holds its port until it is killed. */
async function start(identity: string, folder: string): Promise<{ process: ChildProcess; port: number }> {
  const started = spawn(process.execPath, [child, identity, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
  return { process: started, port: (JSON.parse(line) as { grpc: number }).grpc };
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}

describe('a clearing house that is killed', () => {
  // What runs as a process is what was built; on a tree that is built already this changes nothing.
  beforeAll(async () => {
    const tsc = join(here, '../../node_modules/.bin/tsc');
    await promisify(execFile)(tsc, ['-b', join(here, '..')]);
  }, 120_000);

  it('keeps every leaf it answered for at its place, and gives the others one when they come again', async () => {
    const root = await mkdtemp(join(tmpdir(), 'causeway-kill-'));
    const folder = join(root, 'log');
    const { vkey } = await createLogKey(folder, 'log.test/causeway');
    const verifier = noteVerifier(vkey);
    const trust = await testTrust();
    await saveIdentity(join(root, 'identity'), await trust.identity(clearingHouseId, 'clearing-house'));
    const steel = await trust.identity('urn:causeway:steel', 'participant');
    const motors = await trust.identity('urn:causeway:motors', 'participant');
    const submissions = await envelopes(steel, motors);
    const acknowledged = new Map<number, bigint>();
    const random = seededRandom(7);

    for (let life = 0; life <= kills; life++) {
      const running = await start(join(root, 'identity'), folder);
      const channel = channelTo(running.port, steel);
      const fatal = life < kills ? acknowledged.size + 1 + (random.bytes(1)[0] ?? 0) : Number.POSITIVE_INFINITY;
      try {
        for await (const { id, receipt } of submitInTurn(channel, submissions)) {
          if (!receipt) continue;
          const { index } = verifyReceipt(receipt, leafData((submissions[id] as Submission).envelope), verifier);
          expect(index).toBe(acknowledged.get(id) ?? index);
          acknowledged.set(id, index);
          // In the middle of whatever it does now: most of the envelopes are on their way.
          if (acknowledged.size === fatal) running.process.kill('SIGKILL');
        }
      } catch (error) {
        expect([life < kills, error]).toEqual([true, expect.objectContaining({ status: status.UNAVAILABLE })]);
      }
      channel.close();
      await kill(running.process);
      if (life < kills) expect(acknowledged.size).toBeLessThan(submissions.length);
    }
    expect(new Set(acknowledged.values()).size).toBe(submissions.length);
    const { length } = submissions;
    expect(await fsck(folder)).toEqual({ ok: true, findings: [], sequenced: length, integrated: length });
    await rm(root, { recursive: true, force: true });
  }, 120_000);
});

/** Submits with some envelopes under way at a time, so that the process is never far ahead of the answers. */
async function* submitInTurn(channel: PeerChannel, submissions: readonly Submission[]) {
  const stream = channel.bidi(ClearingHouse.submit);
  let sent = 0;
  const send = async () => {
    const { envelope, keyStatement } = submissions[sent] as Submission;
    await stream.send({ id: sent++, envelope, keyStatement });
  };
  while (sent < underWay) await send();
  for await (const answer of stream.responses) {
    yield answer;
    if (sent < submissions.length) await send();
    else stream.end();
  }
}

async function envelopes(steel: Identity, motors: Identity): Promise<Submission[]> {
  const deals = Array.from({ length: 300 }, (_, at) => deal(`killed ${at}`, steel, motors));
  const signed = deals.flatMap(({ agreed, started }) => [
    agreed(steel),
    ...[2, 3, 4, 5].map((at) => started(steel, at)),
  ]);
  return await Promise.all(signed);
}
