// The generators of tests are not part of what is built: compiled here, into a folder of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const folders = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** One line of output. */
export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-interop-'));
  folders.push(folder);
  return folder;
}

/**
 * Compiles `policies/src/testing` and imports one of its modules.
 *
 * @param project the folder of the tsconfig.json, another than this one for a changed copy of the sources
 */
export async function importTesting(name, project = here) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const tsc = join(here, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--outDir', folder], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${project} does not compile`);
  return await import(pathToFileURL(join(folder, 'testing', `${name}.js`)).href);
}
