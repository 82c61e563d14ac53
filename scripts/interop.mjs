// `npm run interop:dsp` and its like: builds what is missing, then runs a program of `interop/` with the arguments given.
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

const programs = { dsp: 'tck/main.js', 'dsp:mutations': 'tck/mutations.js' };
const [name = '', ...args] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) {
  console.error(`Expected one of ${Object.keys(programs).join(', ')}, got "${name}".`);
  process.exit(1);
}
prepare();
process.exit(run(process.execPath, [join(root, 'interop', 'dist', program), ...args], { stdio: 'inherit' }));
