import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldersOf } from '../folders.js';
import { layoutOf } from '../records/layout.js';
import { type LogFolder, logFolder, openLog } from '../testing/open-log.js';
import { deal, type Signer, testAuthority } from '../testing/parties.js';
import { fsck, inspect } from './fsck.js';

const authority = testAuthority();
let steel: Signer;
let motors: Signer;

beforeAll(async () => {
  steel = await authority.signer('urn:causeway:steel');
  motors = await authority.signer('urn:causeway:motors');
});

/** A log of 300 leaves: a full tile and a partial one. */
async function filled(): Promise<LogFolder> {
  const place = await logFolder();
  const { pipeline, close } = await openLog(place, authority);
  const { agreed, started } = deal('fsck', steel, motors);
  const rest = Array.from({ length: 299 }, (_, at) => started(steel, at + 2));
  await Promise.all((await Promise.all([agreed(steel), ...rest])).map((submission) => pipeline.submit(submission)));
  await close();
  return place;
}

describe('fsck', () => {
  it('finds every file of the published log that was changed, or is missing', async () => {
    await using place = await filled();
    expect(await inspect(place)).toEqual({ ok: true, findings: [], sequenced: 300, integrated: 300 });
    const { tiles } = foldersOf(place.folder);
    for (const path of [
      'tile/0/000',
      'tile/0/001.p/44',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/44',
    ]) {
      const good = await readFile(join(tiles, path));
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(20) ^ 1, 20);
      await writeFile(join(tiles, path), bad);
      expect((await inspect(place)).findings).toEqual([`${path} is not what the store's envelopes make it`]);
      await rm(join(tiles, path));
      expect((await inspect(place)).findings).toEqual([`${path} is missing`]);
      await writeFile(join(tiles, path), good);
    }
    // Partial versions of the full tile are gone.
    expect((await readdir(join(tiles, 'tile/0'))).sort()).toEqual(['000', '001.p']);
  });

  it('finds an envelope that was taken out of the store, or put in the place of another', async () => {
    await using place = await filled();
    const { entries } = layoutOf(place.store);
    const [third, fourth] = [await entries.get(3), await entries.get(4)];
    if (!third || !fourth) throw new Error('expected entries 3 and 4');
    await place.store.commit({ writes: [entries.put([3], fourth.value)] });
    expect((await inspect(place)).findings).toContain("the checkpoint's root is not that of the store's envelopes");
    await place.store.commit({ writes: [entries.delete([3])] });
    expect((await inspect(place)).findings).toContain('the store lacks the envelope of leaf 3');
  });

  it('works on a folder, when nobody else does', async () => {
    await using place = await filled();
    await expect(fsck(place.folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await place.store.close();
    expect(await fsck(place.folder)).toMatchObject({ ok: true, integrated: 300 });
  });
});
