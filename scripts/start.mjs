// `npm start`: installs and builds what is missing, then runs the demonstration with the arguments given.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const child = spawn(process.execPath, [join(root, 'dataspace', 'dist', 'demo', 'main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The child has the terminal's signals too and shuts its services down; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
