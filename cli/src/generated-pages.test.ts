import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answersPage } from './answers.js';
import { configurationPage } from './config-reference.js';

const page = (name: string) => readFile(join(import.meta.dirname, '../../docs', name), 'utf8');

test('docs/configuration.md says what the services read; `npm run docs:generated` writes it anew', async () => {
  expect(await page('configuration.md')).toBe(configurationPage());
});

test('docs/cli.schema.json says what the commands answer; `npm run docs:generated` writes it anew', async () => {
  expect(await page('cli.schema.json')).toBe(answersPage());
});
