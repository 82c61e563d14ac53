// `node docker/build-tree.mjs FOLDER`: what runs in production and nothing else, as the image holds it: the built packages and
// the locked packages they need, copied from what is installed here. FOLDER must not exist yet.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { prepare, root } from '../scripts/prepare.mjs';

/** The package whose command the image runs; the tree is what it needs. */
const entry = 'cli';
const parts = ['package.json', 'dist', 'bin', 'generated'];
const unneeded = /(?:\.d\.[cm]?ts|\.map|\.tsbuildinfo)$/;

const out = process.argv[2] && resolve(process.argv[2]);
if (!out || existsSync(out)) {
  console.error(out ? `${out} exists already: name a folder to make.` : 'usage: node docker/build-tree.mjs FOLDER');
  process.exit(1);
}
prepare();

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const copied = new Set();
take(entry);
for (const file of ['LICENSE', 'package.json']) copy(file);
for (const file of ['health.mjs', 'enrol.mjs', 'space.json']) copy(join('docker', file));
console.log(`${copied.size} packages in ${out}`);

/** Copies a package, by its path in the lock file, and all it needs. */
function take(path) {
  if (copied.has(path)) return;
  copied.add(path);
  const { link, resolved, dependencies = {}, optionalDependencies = {} } = packages[path];
  if (link) {
    const place = join(out, path);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(relative(dirname(path), resolved), place);
    take(resolved);
    return;
  }
  if (path.includes('node_modules/')) copy(path);
  else for (const part of parts) if (existsSync(join(root, path, part))) copy(join(path, part));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = find(name, path);
    if (found) take(found);
    else if (name in dependencies) throw new Error(`${path} needs ${name}, which is not in the lock file`);
  }
}

/** Where Node finds `name` from within `path`: inside it, or inside a folder above. */
function find(name, path) {
  const folders = path.split('/');
  for (let length = folders.length; length >= 0; length -= 1) {
    const place = [...folders.slice(0, length), 'node_modules', name].join('/');
    // What is optional and not for this machine is in the lock file, and is not installed.
    if (packages[place]) return existsSync(join(root, place)) ? place : undefined;
  }
  return undefined;
}

function copy(path) {
  cpSync(join(root, path), join(out, path), {
    recursive: true,
    // A package inside a package is one of its own, and is taken when something needs it.
    filter: (source) =>
      !unneeded.test(source) && !relative(join(root, path), source).split(/[\\/]/).includes('node_modules'),
  });
}
