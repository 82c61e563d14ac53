import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import { besiege, emptyTally } from './testing/mutated/siege.js';
import { officialSchemas, shared } from './testing/official-schemas.js';

/** A million are `npm run interop:messages`; what stands in the suite is a sample of them. */
const messages = Number(process.env['CAUSEWAY_MESSAGES'] ?? 2_000);
const seed = Number(process.env['CAUSEWAY_MESSAGES_SEED'] ?? Date.now());

test('mutated messages move nothing, and are answered in the words of the protocol', { timeout: 600_000 }, async () => {
  process.stdout.write(`${messages} mutated messages, seed ${seed}\n`);
  const trust = await testTrust({ clock: new ManualClock() });
  const identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
  const official = existsSync(join(shared, 'dsp-2025-1')) ? await officialSchemas() : undefined;
  const tally = emptyTally();
  await besiege({ identities, seed, round: 0, messages, ...(official === undefined ? {} : { official }) }, tally);
  expect(tally.failures).toEqual([]);
  // An oracle that never sees what it judges would find nothing.
  expect(tally.moved).toBeGreaterThan(messages / 100);
  for (const count of Object.values(tally.standings)) expect(count).toBeGreaterThan(messages / 100);
});
