import { generateKeyPairSync } from 'node:crypto';
import { noteVerifier, vkeyOf } from '@causeway/evidence';
import { silentLogger, systemClock } from '@causeway/platform';
import { temporaryStore } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import { openRecords } from '../records.js';
import { CheckpointView } from './checkpoint-view.js';
import type { PublishedLog } from './published-log.js';

test('a look that is asked for in the turn in which another ends is made', { timeout: 5_000 }, async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  let looks = 0;
  const published: PublishedLog = {
    async checkpoint() {
      looks += 1;
      throw new Error(`away, look ${looks}`);
    },
    tile: async () => undefined,
  };
  const verifier = noteVerifier(vkeyOf('log.test', generateKeyPairSync('ed25519').publicKey));
  const options = { records: openRecords(store), store, published, verifier, clock: systemClock, log: silentLogger };
  const view = new CheckpointView(options);
  const again = view.refresh().catch(() => view.refresh());
  await expect(again).rejects.toThrow('away, look 2');
});
