import { leafData, verifyReceipt } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from '../records/verify.js';
import { type LogFolder, logFolder, type OpenLog, openLog } from '../testing/open-log.js';
import { deal, type Signer, testAuthority } from '../testing/parties.js';
import { inspect } from './fsck.js';
import { TransparencyLog } from './log.js';
import type { Answer } from './pipeline.js';

describe('the pipeline', () => {
  const authority = testAuthority();
  let steel: Signer;
  let motors: Signer;
  let mallory: Signer;
  let place: LogFolder;
  let open: OpenLog;

  beforeAll(async () => {
    steel = await authority.signer('urn:causeway:steel');
    motors = await authority.signer('urn:causeway:motors');
    mallory = await authority.signer('urn:causeway:mallory');
  });
  beforeEach(async () => {
    place = await logFolder();
    open = await openLog(place, authority);
  });
  afterEach(async () => {
    await open.close();
    expect(await inspect(place)).toMatchObject({ ok: true, findings: [] });
    await place[Symbol.asyncDispose]();
  });

  const submit = async (submission: Submission | Promise<Submission>) => open.pipeline.submit(await submission);
  const code = async (submission: Submission | Promise<Submission>) => codeOf(await submit(submission));
  const logged = async (given: Submission | Promise<Submission>) => {
    const submission = await given;
    return indexOf(await submit(submission), submission);
  };
  const codeOf = (answer: Answer) => ('refusal' in answer ? answer.refusal.code : 'logged');
  const indexOf = (answer: Answer, { envelope }: Submission): number => {
    if (!('receipt' in answer)) throw new Error(`expected a receipt, got ${answer.refusal.code}`);
    const { index, checkpoint } = verifyReceipt(answer.receipt, leafData(envelope), place.key.verifier);
    expect(index < checkpoint.size).toBe(true);
    return Number(index);
  };

  it('answers an envelope with a receipt under the published checkpoint', async () => {
    const { agreed, started } = deal('one', steel, motors);
    expect(await logged(agreed(steel))).toBe(0);
    expect(await logged(agreed(motors))).toBe(1);
    expect(await logged(started(steel, 2))).toBe(2);
    expect(await place.tiles.checkpoint()).toBe(open.log.published.note);
    expect(open.log.published.size).toBe(3n);
  });

  it('gives the same leaf again, under the checkpoint of today, from either party and after a restart', async () => {
    const { agreed, started } = deal('again', steel, motors);
    await logged(agreed(steel));
    await logged(started(steel, 2));
    expect(await logged(agreed(steel))).toBe(0);
    expect(await logged(agreed(steel, motors))).toBe(0);
    await open.close();
    open = await openLog(place, authority);
    expect(await logged(started(steel, 2, motors))).toBe(1);
    expect(open.log.published.size).toBe(2n);
  });

  it('gives 1,000 envelopes that come at once exactly one leaf each', async () => {
    const deals = Array.from({ length: 100 }, (_, at) => deal(`crowd ${at}`, steel, motors));
    const submissions = await Promise.all(
      deals.flatMap(({ agreed, started }) => [agreed(steel), ...[2, 3, 4, 5].map((at) => started(steel, at))]),
    );
    // Each twice at once, so idempotency is tried within a batch as well.
    const indexes = await Promise.all([...submissions, ...submissions].map(logged));
    expect(indexes.slice(0, 500)).toEqual(indexes.slice(500));
    expect(new Set(indexes)).toEqual(new Set(Array.from({ length: 500 }, (_, at) => at)));
    expect(open.log.published.size).toBe(500n);
  });

  it('keeps the order of arrival, so a signer need not wait for one receipt before the next envelope', async () => {
    const { agreed, started } = deal('order', steel, motors);
    const submissions = [await agreed(steel), await started(steel, 2), await started(steel, 3)];
    expect(await Promise.all(submissions.map(logged))).toEqual([0, 1, 2]);
  });

  it('refuses a gap and a number that is taken, and takes what fills the gap', async () => {
    const { agreed, started } = deal('gap', steel, motors);
    expect(await code(started(steel, 2))).toBe('AGREEMENT_UNKNOWN');
    await logged(agreed(steel));
    expect(await code(started(steel, 3))).toBe('SEQUENCE_GAP');
    await logged(started(steel, 2));
    await logged(started(steel, 3));
    expect(await code(deal('gap', steel, motors, ['urn:causeway:auditor']).agreed(steel))).toBe('SEQUENCE_TAKEN');
    // Each signer counts for itself.
    expect(await code(started(motors, 2))).toBe('AGREEMENT_UNKNOWN');
    await logged(agreed(motors));
    await logged(started(motors, 2));
  });

  it('takes envelopes from the two parties only', async () => {
    const { agreed, started } = deal('parties', steel, motors);
    expect(await code(agreed(steel, mallory))).toBe('NOT_A_PARTY');
    await logged(agreed(steel, motors));
    await logged(started(steel, 2));
    // Also what is logged already: a stranger is told nothing, not even that.
    expect(await code(agreed(steel, mallory))).toBe('NOT_A_PARTY');
    expect(await code(started(steel, 2, mallory))).toBe('AGREEMENT_UNKNOWN');
  });

  it('lets nobody be locked out by an envelope that names others', async () => {
    const real = deal('target', steel, motors);
    const forged = deal('target', mallory, motors);
    expect(forged.agreement).toBe(real.agreement);
    await logged(forged.agreed(mallory));
    await logged(forged.started(mallory, 2));
    await logged(real.agreed(motors));
    await logged(real.agreed(steel));
    await logged(real.started(steel, 2));
    await logged(real.started(motors, 2));
  });

  it('tells a bad key from a bad signature from a bad envelope', async () => {
    const good = await deal('bad', steel, motors).agreed(steel);
    const strangers = await testAuthority().signer(steel.id);
    const [header, payload] = good.envelope.split('.');
    const [, , signature] = (await deal('other', steel, motors).agreed(steel)).envelope.split('.');
    expect(await code({ ...good, envelope: `${header}.${payload}.${signature}` })).toBe('SIGNATURE_INVALID');
    expect(await code({ ...good, keyStatement: motors.signing.keyStatement })).toBe('KEY_UNKNOWN');
    expect(await code({ ...good, keyStatement: 'nonsense' })).toBe('KEY_UNKNOWN');
    expect(await code(deal('bad', strangers, motors).agreed(strangers))).toBe('KEY_UNKNOWN');
    expect(await code({ ...good, envelope: `${good.envelope}=` })).toBe('ENVELOPE_MALFORMED');
    expect(await code({ ...good, envelope: '' })).toBe('ENVELOPE_MALFORMED');
    expect(await code({ ...good, envelope: 'x'.repeat(32_769) })).toBe('TOO_LARGE');
    expect(await code({ ...good, keyStatement: 'x'.repeat(8_193) })).toBe('TOO_LARGE');
    expect(open.log.published.size).toBe(0n);
  });

  it('refuses a key that is no longer valid, but keeps answering for what it logged with it', async () => {
    await open.close();
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    open = await openLog(place, authority, { clock });
    const old = await authority.signer(steel.id, { notAfter: '2026-01-01T01:00:00.000Z' });
    const { agreed, started } = deal('expiry', old, motors);
    await logged(agreed(old));
    await clock.advance(2 * 3_600_000);
    expect(await logged(agreed(old))).toBe(0);
    expect(await code(started(old, 2))).toBe('KEY_UNKNOWN');
  });

  it('refuses more than its bounds as BUSY, and each participant more than its share', async () => {
    await open.close();
    open = await openLog(place, authority, { limits: { waiting: 6, waitingPerPeer: 4 } });
    const crowd = async (signer: Signer) =>
      Promise.all(Array.from({ length: 5 }, (_, at) => deal(`bound ${at}`, steel, motors).agreed(signer)));
    const submissions = [...(await crowd(steel)), ...(await crowd(motors))];
    const codes = (await Promise.all(submissions.map((each) => open.pipeline.submit(each)))).map(codeOf);
    const [ours, theirs] = [codes.slice(0, 5), codes.slice(5)];
    expect(ours).toEqual(['logged', 'logged', 'logged', 'logged', 'BUSY']);
    expect(theirs).toEqual(['logged', 'logged', 'BUSY', 'BUSY', 'BUSY']);
    for (const submission of submissions) await logged(submission);
    expect(open.log.published.size).toBe(10n);
  });

  it('stops for good when another process takes the lease', async () => {
    await logged(deal('lease', steel, motors).agreed(steel));
    await expect(TransparencyLog.open({ ...place, store: place.store.client() })).rejects.toMatchObject({
      code: 'LOG_DEPOSED',
    });
    await open.log.close();
    const second = await TransparencyLog.open({ ...place, store: place.store.client() });
    expect(await code(deal('lease', steel, motors).agreed(motors))).toBe('BUSY');
    expect(open.pipeline.state).toBe('failed');
    expect(second.published.size).toBe(1n);
    await second.close();
  });

  it('answers what waits before it stops, and takes nothing after', async () => {
    const submission = await deal('stop', steel, motors).agreed(steel);
    const answered = open.pipeline.submit(submission);
    await open.pipeline.stop();
    expect(indexOf(await answered, submission)).toBe(0);
    expect(codeOf(await open.pipeline.submit(submission))).toBe('BUSY');
  });
});
