import { createHash, randomBytes } from 'node:crypto';
import { link, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileSink, placeSink, prepareSink } from './file-sink.js';
import { behind, describeFile, openSource } from './file-source.js';
import { PartialFile } from './partial-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-partial-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const digest = (bytes: Uint8Array) => `sha-256:${createHash('sha256').update(bytes).digest('hex')}`;
const pid = 'urn:uuid:00000000-0000-4000-8000-000000000000';

describe('a partial file', () => {
  test('holds what was appended, in order, and its digest; opened again it goes on', async () => {
    const path = join(folder, 'part');
    const bytes = randomBytes(3_000_000);
    const first = await PartialFile.open(path, bytes.length);
    for (let at = 0; at < 2_000_000; at += 100_000) await first.append(bytes.subarray(at, at + 100_000));
    await first.close();
    const second = await PartialFile.open(path, bytes.length);
    expect([second.bytes, second.recovered]).toEqual([2_000_000, true]);
    await second.append(bytes.subarray(2_000_000));
    expect(await second.sealed()).toBe(digest(bytes));
    await second.close();
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('that is longer than it may be begins anew', async () => {
    const path = join(folder, 'part');
    await writeFile(path, 'too long');
    const file = await PartialFile.open(path, 3);
    expect([file.bytes, file.recovered]).toEqual([0, false]);
    await file.close();
  });

  test.skipIf(process.platform === 'win32')('is for its owner alone, and never what a link leads to', async () => {
    const path = join(folder, 'part');
    const file = await PartialFile.open(path, 10);
    await file.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const link = join(folder, 'link');
    await symlink(path, link);
    await expect(PartialFile.open(link, 10)).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('forgets everything when it is restarted', async () => {
    const file = await PartialFile.open(join(folder, 'part'), 10);
    await file.append(Buffer.from('abc'));
    await file.restart();
    await file.append(Buffer.from('de'));
    expect(await file.sealed()).toBe(digest(Buffer.from('de')));
    await file.close();
  });

  test('says that a write failed', async () => {
    const file = await PartialFile.open('/dev/full', 10);
    await file.append(Buffer.from('abc'));
    await expect(file.sealed()).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(file.broken).toBe(true);
    await file.close();
  });

  test('what is behind a number of bytes', () => {
    const buffers = [Buffer.from('abc'), Buffer.from('de'), Buffer.from('f')];
    const left = (bytes: number) => behind(buffers, bytes).map((buffer) => Buffer.from(buffer).toString());
    expect(left(0)).toEqual(['abc', 'de', 'f']);
    expect(left(4)).toEqual(['e', 'f']);
    expect(left(6)).toEqual([]);
  });
});

describe('a sink', () => {
  test('with a name too long for a suffix gets a short temporary name', () => {
    const long = join(folder, `${'钢'.repeat(80)}.csv`);
    expect(Buffer.byteLength(fileSink(long, pid).partial.slice(folder.length + 1))).toBeLessThan(255);
    expect(fileSink(join(folder, 'a b 钢.csv'), pid).partial).toContain('a b 钢.csv.part-00000000');
  });

  test('is placed once, whatever a crash left of its names', async () => {
    const sink = fileSink(join(folder, 'sub', 'target'), pid);
    await prepareSink(sink);
    await writeFile(sink.partial, 'whole');
    // Between link and unlink both names are there.
    await link(sink.partial, sink.path);
    await placeSink(sink);
    await placeSink(sink);
    expect(await readFile(sink.path, 'utf8')).toBe('whole');
    await expect(stat(sink.partial)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that lost its partial file before it was placed cannot be written', async () => {
    const sink = fileSink(join(folder, 'target'), pid);
    await expect(placeSink(sink)).rejects.toMatchObject({ code: 'SINK_UNWRITABLE' });
  });
});

describe('a source', () => {
  test('is described by its digest, and refused when it has changed', async () => {
    const path = join(folder, 'source');
    await writeFile(path, 'bytes');
    const source = await describeFile(path);
    expect(source).toMatchObject({ version: digest(Buffer.from('bytes')), bytes: 5 });
    {
      await using opened = await openSource(source);
      const [a, b] = [Buffer.alloc(2), Buffer.alloc(2)];
      await opened.read([a, b], 1);
      expect(Buffer.concat([a, b]).toString()).toBe('ytes');
      await expect(opened.read([Buffer.alloc(2)], 4)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    }
    await writeFile(path, 'bytez');
    await expect(openSource(source)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  test('that is no file, or not there, cannot be read', async () => {
    await expect(describeFile(folder)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
    await expect(describeFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });
});
