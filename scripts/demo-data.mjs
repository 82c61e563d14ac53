// `npm run demo:data`: installs and builds what is missing, then writes the demonstration's data with the arguments given.
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

prepare();
const program = join(root, 'dataspace', 'dist', 'demo-data', 'main.js');
process.exit(run(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' }));
