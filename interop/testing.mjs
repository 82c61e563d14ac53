// The generators of tests are not part of what is built: compiled here, into a folder of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Compiles `policies/src/testing` and imports one of its modules. */
export async function importTesting(name) {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-interop-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const tsc = join(here, '..', 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(here, 'fuzz.tsconfig.json'), '--outDir', folder], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(1);
  return await import(pathToFileURL(join(folder, 'testing', `${name}.js`)).href);
}
