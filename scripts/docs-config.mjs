// `npm run docs:config`: writes docs/configuration.md from the configuration schemas.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const { configurationPage } = await import('../cli/dist/config-reference.js');
const page = join(root, 'docs', 'configuration.md');
writeFileSync(page, configurationPage());
console.log(`Wrote ${page}`);
