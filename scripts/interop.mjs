// `npm run interop:dsp` and its like: builds what is missing, then runs a program of `interop/` with the arguments given.
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

const programs = {
  dsp: 'dist/tck/main.js',
  edc: 'dist/edc/main.js',
  'edc:catalog': 'edc/catalog.mjs',
  'edc:negotiation': 'edc/negotiation.mjs',
  'dsp:mutations': 'dist/tck/mutations.js',
  crash: 'state/crash.mjs',
  fuzz: 'policies/fuzz.mjs',
  'fuzz:mutations': 'policies/mutations.mjs',
  messages: 'dist/messages/main.js',
  'messages:mutations': 'dist/messages/mutations.js',
  model: 'state/model.mjs',
  z3: 'policies/z3/z3.mjs',
};
const [name = '', ...args] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) {
  console.error(`Expected one of ${Object.keys(programs).join(', ')}, got "${name}".`);
  process.exit(1);
}
prepare();
process.exit(run(process.execPath, [join(root, 'interop', program), ...args], { stdio: 'inherit' }));
