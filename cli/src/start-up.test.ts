import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { causeway } from './testing/causeway.js';

// Every command pays for what all of them load, and scripts give hundreds.
test('the command line starts without loading a service or a library that only some commands need', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-start-'));
  try {
    expect((await causeway(['--version'], { env: { NODE_V8_COVERAGE: folder, NODE_OPTIONS: '' } })).code).toBe(0);
    const [file = ''] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { result: { url: string }[] };
    const loaded = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
    expect(loaded.filter((url) => url.endsWith('/cli/dist/main.js'))).toHaveLength(1);
    expect(loaded.filter((url) => !/\/cli\/(?:bin|dist)\/|\/node_modules\/commander\//.test(url))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
