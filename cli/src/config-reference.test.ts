import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationPage } from './config-reference.js';

test('docs/configuration.md says what the services read; `npm run docs:config` writes it anew', async () => {
  const page = join(import.meta.dirname, '../../docs/configuration.md');
  expect(await readFile(page, 'utf8')).toBe(configurationPage());
});
