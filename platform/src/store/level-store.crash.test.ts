import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { key } from './keys.js';
import { openLevelStore } from './level-store.js';

const here = fileURLToPath(new URL('.', import.meta.url));

// Eight writers that commit pairs of keys without end, and say each one that was acknowledged. They do not outlive the test.
const child = `
import { createViteServer } from 'vitest/node';
const [folder, from] = [process.argv[1], Number(process.argv[2])];
const server = await createViteServer({ configFile: false, root: ${JSON.stringify(here)}, logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const { openLevelStore } = await server.ssrLoadModule('/level-store.ts');
const { key } = await server.ssrLoadModule('/keys.ts');
const store = await openLevelStore({ path: folder });
let next = from;
async function write() {
  for (;;) {
    const number = next++;
    const value = Buffer.alloc(number % 3_000, 1);
    const { version } = await store.commit({ writes: [
      { put: key('left', number), value }, { put: key('right', number), value }] });
    process.stdout.write(number + ' ' + version + '\\n');
  }
}
process.stdin.resume().on('end', () => process.exit());
await Promise.all(Array.from({ length: 8 }, write));
`;

/** Lets the child run until so many commits were acknowledged, then kills it. Answers what it acknowledged. */
async function runAndKill(folder: string, from: number, acknowledgements: number): Promise<Map<number, bigint>> {
  const writer = spawn(process.execPath, ['--input-type=module', '-e', child, folder, String(from)], {
    cwd: here,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(writer, 'exit');
  const seen = new Map<number, bigint>();
  for await (const line of createInterface({ input: writer.stdout })) {
    const [number, version] = line.split(' ');
    if (number === undefined || version === undefined || !/^\d+$/.test(version)) continue;
    seen.set(Number(number), BigInt(version));
    if (seen.size === acknowledgements) writer.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return seen;
}

test('kill -9 while committing: all that was acknowledged is there, whole, and no version comes again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-kill-'));
  let highest = 0n;
  let from = 0;
  try {
    for (const acknowledgements of [1, 150, 700]) {
      const acknowledged = await runAndKill(folder, from, acknowledgements);
      expect(acknowledged.size).toBeGreaterThanOrEqual(acknowledgements);
      await using store = await openLevelStore({ path: folder });
      for (const [number, version] of acknowledged) {
        for (const side of ['left', 'right']) {
          const entry = await store.get(key(side, number));
          expect(entry?.version).toBe(version);
          expect(entry?.value.length).toBe(number % 3_000);
        }
        expect(version).toBeGreaterThan(highest);
      }
      const count = async (side: string) => (await store.scan({ prefix: key(side), limit: 1_000 })).length;
      expect(await count('left')).toBe(await count('right'));
      const after = await store.commit({ writes: [{ put: key('after'), value: new Uint8Array() }] });
      for (const version of acknowledged.values()) if (version > highest) highest = version;
      expect(after.ok && after.version > highest).toBe(true);
      from += 10_000;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
