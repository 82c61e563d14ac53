import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SpaceDouble } from '../exchange/testing/space-double.js';
import type { SignedEnvelope } from '../model.js';

let space: SpaceDouble;
beforeEach(async () => {
  space = await SpaceDouble.start();
});
afterEach(async () => {
  await space[Symbol.asyncDispose]();
});

const never = new AbortController().signal;

async function startOfAnother(): Promise<SignedEnvelope> {
  const { provider } = await space.begin(Buffer.from('x'));
  if (!provider.start) throw new Error('expected a start');
  return provider.start;
}

async function logSome(): Promise<void> {
  await space.provider.evidence.wait([await startOfAnother()], 10_000, never);
  await Promise.all([space.provider.evidence.idle(), space.consumer.evidence.idle()]);
}

/** From now on, and after a restart, nothing is done on the log's word. */
async function demandDistrust(code: string): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    expect(await space.provider.evidence.distrusted()).toMatchObject({ code });
    expect(await space.provider.evidence.status()).toMatchObject({ distrusted: { code } });
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 10_000, never)).rejects.toMatchObject({
      code: 'LOG_DISTRUSTED',
    });
    await space.provider.restart();
  }
}

describe('a log that lies is found out', () => {
  test('when it was rebuilt without a leaf and signed again', async () => {
    await logSome();
    space.log.rebuildWithout(1);
    await expect(space.provider.evidence.refresh()).rejects.toMatchObject({ code: 'LOG_DISTRUSTED' });
    await demandDistrust('LOG_ROLLED_BACK');
    const stored = await space.provider.records.logView.get('log');
    expect(stored?.value.proof).toHaveLength(2);
  });

  test('when it was rebuilt without a leaf and has grown past where it was', async () => {
    await logSome();
    space.log.rebuildWithout(0);
    space.log.grow(300);
    await expect(space.provider.evidence.refresh()).rejects.toMatchObject({ code: 'LOG_DISTRUSTED' });
    await demandDistrust('LOG_FORKED');
  });

  test('when it has another root for the same size', async () => {
    await logSome();
    space.log.rebuildWithout(0);
    space.log.grow(1);
    await expect(space.provider.evidence.refresh()).rejects.toMatchObject({ code: 'LOG_DISTRUSTED' });
    await demandDistrust('LOG_FORKED');
  });

  test('by the next receipt too', async () => {
    await logSome();
    space.log.rebuildWithout(0);
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 10_000, never)).rejects.toMatchObject({
      code: 'LOG_DISTRUSTED',
    });
  });

  test('when its receipts are of a tree that it does not publish', async () => {
    await logSome();
    space.log.forkPublished();
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 10_000, never)).rejects.toMatchObject({
      code: 'LOG_DISTRUSTED',
    });
    await demandDistrust('LOG_FORKED');
    expect(await space.provider.evidence.receipts([start])).toEqual([]);
  });

  test('when its tiles lack the leaf that its checkpoint promises', async () => {
    await logSome();
    const missing = space.log.signed.leaves.length;
    space.log.serveTile = (path, tile) => {
      if (path.startsWith('tile/0/000')) tile?.fill(0, missing * 32, (missing + 1) * 32);
      return tile;
    };
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 10_000, never)).rejects.toMatchObject({
      code: 'LOG_DISTRUSTED',
    });
  });

  test('when it has no tiles for what it signed', async () => {
    await logSome();
    space.log.serveTile = () => undefined;
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 10_000, never)).rejects.toMatchObject({
      code: 'LOG_DISTRUSTED',
    });
    await demandDistrust('LOG_UNPUBLISHED');
  });

  test('by the consumer as well: it takes no receipt of a tree that is not published', async () => {
    const start = await startOfAnother();
    const [honest] = await space.provider.evidence.wait([start], 10_000, never);
    if (!honest) throw new Error('expected a receipt');
    await space.consumer.evidence.idle();
    space.log.rebuildWithout(0);
    space.log.grow(5);
    await expect(space.consumer.evidence.admit([honest])).rejects.toMatchObject({ code: 'LOG_DISTRUSTED' });
    expect(await space.consumer.evidence.distrusted()).toMatchObject({ code: 'LOG_FORKED' });
  });
});

describe('what passes is no lie', () => {
  test('a log that grows beyond full tiles', async () => {
    await logSome();
    for (const count of [200, 100, 700, 66_000]) {
      space.log.grow(count);
      await space.provider.evidence.refresh();
      await logSome();
    }
    expect(await space.provider.evidence.distrusted()).toBeUndefined();
  });

  test('a receipt that comes before its checkpoint is published', async () => {
    await logSome();
    space.log.lag();
    const start = await startOfAnother();
    await expect(space.provider.evidence.wait([start], 300, never)).rejects.toMatchObject({ code: 'EVIDENCE_PENDING' });
    space.log.publish();
    expect(await space.provider.evidence.wait([start], 10_000, never)).toHaveLength(1);
  });

  test('a tile that is damaged or missing once', async () => {
    await logSome();
    let faults = 2;
    space.log.serveTile = (_path, tile) => {
      faults -= 1;
      if (faults === 1) return undefined;
      return faults === 0 ? tile?.fill(1) : tile;
    };
    const start = await startOfAnother();
    expect(await space.provider.evidence.wait([start], 10_000, never)).toHaveLength(1);
    expect(faults).toBeLessThan(0);
    expect(await space.provider.evidence.distrusted()).toBeUndefined();
  });

  test('a log that is away', async () => {
    await logSome();
    await space.log.down();
    await expect(space.provider.evidence.refresh()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
    await space.log.up();
    await space.provider.evidence.refresh();
  });
});
