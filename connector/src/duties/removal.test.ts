import { link, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@causeway/evidence';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Delivered, lookFor, remove } from './removal.js';

const content = 'po_no,line\nPO-1,1\n';
let folder: string;
let path: string;
let file: Delivered;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-removal-'));
  path = join(folder, 'orders.csv');
  await writeFile(path, content);
  const inode = (await stat(path, { bigint: true })).ino.toString();
  const known = { bytes: content.length, digest: digestOf(content), inode };
  file = { paths: [path], ...known, tombstone: join(folder, '.0123.deleting') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the file that was placed is found and removed', async () => {
  expect(await lookFor(file)).toEqual({ found: 'ours', path });
  expect(await remove(file, path)).toBe('deleted');
  expect(await readdir(folder)).toEqual([]);
  expect(await lookFor(file)).toEqual({ found: 'gone' });
});

test('a file that is gone, with its folder or without, is said to be gone', async () => {
  await rm(path);
  expect(await lookFor(file)).toEqual({ found: 'gone' });
  await rm(folder, { recursive: true });
  expect(await lookFor(file)).toEqual({ found: 'gone' });
});

test.each<[string, () => Promise<void>]>([
  ['was written into', () => writeFile(path, content.replace('1', '2'))],
  ['was written into and grew', () => writeFile(path, `${content}more`)],
  [
    'took its place, with the same content even',
    async () => {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    },
  ],
  [
    'is a link now',
    async () => {
      await rename(path, `${path}.moved`);
      await symlink(`${path}.moved`, path);
    },
  ],
])('a file that %s is left alone', async (_name, change) => {
  await change();
  const before = await readdir(folder);
  expect(await lookFor(file)).toEqual({ found: 'replaced' });
  expect(await readdir(folder)).toEqual(before);
});

test('one that takes its place after it was found is given back unharmed', async () => {
  expect(await lookFor(file)).toMatchObject({ found: 'ours' });
  await writeFile(`${path}.new`, 'mine');
  await rename(`${path}.new`, path);
  expect(await remove(file, path)).toBe('replaced');
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect(await readdir(folder)).toEqual(['orders.csv']);
});

test('a crash under the other name goes on from there', async () => {
  await rename(path, file.tombstone);
  expect(await lookFor(file)).toEqual({ found: 'ours', path: file.tombstone });
  expect(await remove(file, file.tombstone)).toBe('deleted');
  expect(await readdir(folder)).toEqual([]);
});

test('a crash while it was placed leaves two names of ours, and both go', async () => {
  const partial = `${path}.part-1`;
  await link(path, partial);
  const { inode: _unknown, ...sealed } = { ...file, paths: [partial, path] };
  expect(await lookFor(sealed)).toEqual({ found: 'ours', path: partial });
  expect(await remove(sealed, partial)).toBe('deleted');
  expect(await readdir(folder)).toEqual([]);
});

test('as long as it has a name that is not ours it is not said to be deleted', async () => {
  await link(path, join(folder, 'copy'));
  await expect(remove(file, path)).rejects.toMatchObject({ code: 'SINK_UNWRITABLE' });
  expect((await readdir(folder)).length).toBe(2);
});
