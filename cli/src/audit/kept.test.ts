import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKept } from './kept.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was kept is read, what never was is undefined, and what cannot be read is not taken for the latter', async () => {
  const path = join(folder, 'checkpoint');
  expect(await readKept(path)).toBeUndefined();
  await writeFile(path, 'a note');
  expect(await readKept(path)).toBe('a note');
  await rm(path);
  await mkdir(path);
  await expect(readKept(path)).rejects.toMatchObject({ code: 'UNREADABLE' });
});
