import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureDir, writeFileAtomic } from './files.js';

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('a file is replaced whole, with the permissions asked for', async () => {
    const path = join(folder, '通衢 file.json');
    await writeFileAtomic(path, 'one');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFileAtomic(path, Uint8Array.of(0x74, 0x77, 0x6f), { mode: 0o644 });
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('many writers leave one of their versions, and no scraps', async () => {
    const path = join(folder, 'file');
    const versions = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(10_000));
    await Promise.all(versions.map((version) => writeFileAtomic(path, version)));
    expect(versions).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('a failure leaves what was there, and no scraps', async () => {
    await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow();
    await expect(writeFileAtomic(join(folder, 'none', 'file'), 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('folders are made for their owner', async () => {
    const path = join(folder, 'a', 'b');
    expect(await ensureDir(path)).toBe(join(folder, 'a'));
    expect(await ensureDir(path)).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const many = await Promise.all(Array.from({ length: 8 }, () => ensureDir(join(folder, 'c', 'd', 'e'))));
    expect(new Set(many)).toContain(join(folder, 'c'));
  });

  test.runIf(process.platform === 'linux')(
    'a folder that cannot be made is refused, and waited for by nobody',
    async () => {
      await expect(ensureDir('/proc/causeway/home')).rejects.toMatchObject({ code: 'ENOENT' });
      await writeFile(join(folder, 'file'), '');
      await expect(ensureDir(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
      await expect(ensureDir(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    },
  );
});
