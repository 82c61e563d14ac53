// What every command of this repository needs first: a Node that can run it, the locked dependencies, the built code.
// Node's own modules only: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository's root; its output goes to standard error unless `stdio` says otherwise. */
export function run(command, args, { stdio = ['ignore', 2, 2], env = {} } = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
  if (error) throw error;
  return status ?? 1;
}

/** Runs a tool of the repository, by the file it is: `npx` would ask first, and has another name on Windows. */
export function tool(file, args, options) {
  return run(process.execPath, [join(root, 'node_modules', ...file.split('/')), ...args], options);
}

/** Installs when the lock file is newer than what is installed, then builds what changed. Exits when a step fails. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Causeway needs Node 20.19 or newer; this is ${process.versions.node}. Install it from nodejs.org.`);
    process.exit(1);
  }
  if (!installed()) {
    console.error('Installing dependencies (npm ci) …');
    demand(npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  }
  if (!existsSync(join(root, 'cli', 'dist', 'main.js'))) console.error('Building …');
  demand(run(process.execPath, ['proto/generate.mjs']));
  demand(tool('typescript/bin/tsc', ['-b']));
}

/** The npm that started us, else the one that is found. */
function npm(args) {
  const file = process.env.npm_execpath;
  return file?.endsWith('npm-cli.js') ? run(process.execPath, [file, ...args]) : run('npm', args);
}

function installed() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(marker)) return false;
  const lock = join(root, 'package-lock.json');
  return statSync(marker).mtimeMs >= statSync(lock).mtimeMs || samePackages(marker, lock);
}

/** A fresh checkout touches the lock file; what counts is whether it names other versions than those installed. */
function samePackages(marker, lock) {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const have = read(marker);
  return Object.entries(read(lock)).every(
    ([path, { version, link, optional }]) =>
      !path.startsWith('node_modules/') || link || optional || have[path]?.version === version,
  );
}

function demand(status) {
  if (status !== 0) process.exit(status);
}
