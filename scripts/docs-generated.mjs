// `npm run docs:generated`: writes the pages that follow from the code: docs/configuration.md from the configuration schemas, and
// docs/cli.schema.json from what the commands answer.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const { configurationPage } = await import('../cli/dist/config-reference.js');
const { answersPage } = await import('../cli/dist/answers.js');
for (const [name, text] of [
  ['configuration.md', configurationPage()],
  ['cli.schema.json', answersPage()],
]) {
  const page = join(root, 'docs', name);
  writeFileSync(page, text);
  console.log(`Wrote ${page}`);
}
