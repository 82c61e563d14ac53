import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fsck, loadLogKey } from '@causeway/clearing-house';
import type { HostedSpace } from '@causeway/dataspace';
import { leafHash } from '@causeway/evidence';
import { openLevelStore, type Store } from '@causeway/platform';
import { foldersOf } from '../../../clearing-house/src/folders.js';
import { Integrator } from '../../../clearing-house/src/log/integrator.js';
import { TransparencyLog } from '../../../clearing-house/src/log/log.js';
import { openTileFolder } from '../../../clearing-house/src/log/tiles.js';
import { type Entry, layoutOf } from '../../../clearing-house/src/records/layout.js';
import type { VerifiedSubmission } from '../../../clearing-house/src/records/plan.js';
import { Verifier } from '../../../clearing-house/src/records/verify.js';

/**
 * What an operator who has the log's key can do: logs other envelopes, or in another order, with the log's own code and
 * key, in place of what was there. The result is a log without a flaw of its own. The clearing house must not run.
 *
 * @param choose of the envelopes in the order of the log, those to log
 */
export async function rebuildLog(
  space: HostedSpace,
  choose: (entries: readonly Entry[]) => readonly Entry[],
  now: number,
): Promise<void> {
  const { home } = space.clearingHouse;
  const before = foldersOf(home);
  const after = foldersOf(join(home, 'rebuilt'));
  const chosen = await withStore(before.store, async (store) => choose(await entriesIn(store)));
  const verifier = new Verifier(space.identityOf('clearing-house').trust.authorities);
  const batch = await Promise.all(chosen.map((entry) => resubmitted(verifier, entry)));
  const key = await loadLogKey(home);
  await withStore(after.store, async (store) => {
    const log = await TransparencyLog.open({ store, tiles: await openTileFolder(after.tiles), key });
    const placements = await log.append(batch, now);
    await log.close();
    const refused = placements.filter((placement) => 'refused' in placement);
    if (refused.length > 0) throw new Error(`expected a place for each envelope, got ${JSON.stringify(refused)}`);
  });
  for (const part of ['store', 'tiles'] as const) {
    await rm(before[part], { recursive: true });
    await rename(after[part], before[part]);
  }
  const { ok, findings } = await fsck(home);
  if (!ok) throw new Error(`expected a rebuilt log without a flaw, got ${findings.join(', ')}`);
}

/** Publishes one more leaf, of which nobody has the envelope, in a folder of tiles, signed with the log's key. */
export async function publishOther(space: HostedSpace, folder: string, leaf: Uint8Array): Promise<void> {
  const tiles = await openTileFolder(folder);
  const integrator = await Integrator.open(tiles, await loadLogKey(space.clearingHouse.home));
  await integrator.integrate([leaf]);
  const last = await integrator.leafHash(integrator.published.size - 1n);
  if (!Buffer.from(last).equals(leafHash(leaf))) throw new Error('expected the other leaf to be the last one');
}

async function withStore<T>(path: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openLevelStore({ path });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function entriesIn(store: Store): Promise<Entry[]> {
  const { entries } = layoutOf(store);
  const found = await store.scan({ prefix: entries.key(), limit: 1_000 });
  return found.map((entry) => entries.read(entry).value);
}

async function resubmitted(verifier: Verifier, { envelope, keyStatement }: Entry): Promise<VerifiedSubmission> {
  const [, payload = ''] = envelope.split('.');
  const { signer } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { signer: string };
  const verified = await verifier.verify({ envelope, keyStatement, submitter: signer });
  if ('code' in verified) throw new Error(`expected an envelope that verifies, got ${verified.code}`);
  return verified;
}
