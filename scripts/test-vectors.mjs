// `npm run test:vectors -- --from FOLDER`: the tests that need published vectors, schemas and data, which are not part
// of this repository. FOLDER holds `vectors/`, `dsp-2025-1/` and `data/`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from './prepare.mjs';
import { recordings, runTests } from './vitest.mjs';

const { values } = parseArgs({ options: { from: { type: 'string' } } });
const folder = values.from && resolve(values.from);
for (const part of ['vectors', 'dsp-2025-1', 'data']) {
  if (folder && existsSync(join(folder, part))) continue;
  console.error(
    folder
      ? `${join(folder, part)} is missing: --from names the folder that holds vectors, dsp-2025-1 and data.`
      : 'Say where the vectors are: npm run test:vectors -- --from FOLDER',
  );
  process.exit(1);
}
prepare();
if (!existsSync(recordings)) console.error('No recording of messages is checked: `npm test` makes one.');
process.exit(runTests(['--project', 'vectors'], { CAUSEWAY_SHARED: folder, CAUSEWAY_RECORD: recordings }));
