import { type Checkpoint, leafData, parseCheckpoint } from '@causeway/evidence';
import { keyParts, messageOf, openLevelStore, type Store } from '@causeway/platform';
import { foldersOf } from '../folders.js';
import { type Entry, type Layout, layoutOf } from '../records/layout.js';
import { Derivation, type DerivedFile } from './derivation.js';
import { type LogKey, loadLogKey } from './log-key.js';
import { pathOf, readTile } from './tile-path.js';
import { openTileFolder, type TileStore } from './tiles.js';

/** What re-deriving the log from its store found. */
export interface FsckReport {
  readonly ok: boolean;
  /** Envelopes in the store. */
  readonly sequenced: number;
  /** Leaves under the published checkpoint. */
  readonly integrated: number;
  /** One line each, at most 100. */
  readonly findings: readonly string[];
}

const mostFindings = 100;
const scanned = 256;

/**
 * Re-derives every tile, entry bundle and the root from the envelopes in the store and compares them with what is
 * published. The clearing house must not run.
 *
 * @param folder the clearing house's
 * @throws StoreError STORE_LOCKED while it runs, LogError LOG_KEY_INVALID
 */
export async function fsck(folder: string): Promise<FsckReport> {
  const folders = foldersOf(folder);
  const key = await loadLogKey(folder);
  const store = await openLevelStore({ path: folders.store });
  try {
    return await inspect({ store, tiles: await openTileFolder(folders.tiles), key });
  } finally {
    await store.close();
  }
}

/** {@link fsck} over open ports. */
export async function inspect(ports: { store: Store; tiles: TileStore; key: LogKey }): Promise<FsckReport> {
  const { store, tiles, key } = ports;
  const findings: string[] = [];
  const find = (what: string) => {
    if (findings.length < mostFindings) findings.push(what);
  };
  const compare = async ({ request, bytes }: DerivedFile) => {
    const published = await readTile(tiles, request);
    if (published === undefined) find(`${pathOf(request)} is missing`);
    else if (!Buffer.from(published).equals(bytes))
      find(`${pathOf(request)} is not what the store's envelopes make it`);
  };

  const layout = layoutOf(store);
  const sequenced = (await layout.head.get())?.value.size ?? 0;
  const checkpoint = readCheckpoint(await tiles.checkpoint(), key);
  if (typeof checkpoint === 'string') find(checkpoint);
  const integrated = typeof checkpoint === 'string' ? 0 : Number(checkpoint.size);
  if (integrated > sequenced) find(`the checkpoint is of ${integrated} leaves, the store has ${sequenced} envelopes`);

  const derivation = new Derivation();
  let index = 0;
  for await (const entry of stored(store, layout)) {
    if (entry.index !== index) find(`the store lacks the envelope of leaf ${index}`);
    const place = await layout.places.get(entry.value.digest);
    if (place?.value.index !== index) find(`the store does not find leaf ${index} by its envelope's digest`);
    if (index < integrated) for (const file of derivation.add(leafData(entry.value.envelope))) await compare(file);
    index += 1;
  }
  if (index !== sequenced) find(`the store has ${index} envelopes, it should have ${sequenced}`);
  for (const file of derivation.edge()) await compare(file);
  if (typeof checkpoint !== 'string' && !Buffer.from(derivation.root()).equals(checkpoint.root)) {
    find("the checkpoint's root is not that of the store's envelopes");
  }
  return { ok: findings.length === 0, sequenced, integrated, findings };
}

async function* stored(store: Store, { entries }: Layout): AsyncGenerator<{ index: number; value: Entry }> {
  let after: Uint8Array | undefined;
  for (;;) {
    const found = await store.scan({ prefix: entries.key(), limit: scanned, ...(after && { after }) });
    for (const entry of found) yield { index: Number(keyParts(entry.key).at(-1)), value: entries.read(entry).value };
    after = found.at(-1)?.key;
    if (after === undefined) return;
  }
}

function readCheckpoint(note: string | undefined, key: LogKey): Checkpoint | string {
  if (note === undefined) return 'no checkpoint is published';
  try {
    return parseCheckpoint(note, key.verifier);
  } catch (error) {
    return `the published checkpoint does not verify: ${messageOf(error)}`;
  }
}
