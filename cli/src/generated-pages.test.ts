import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { answersPage } from './answers.js';
import { configurationPage } from './config-reference.js';
import { examples } from './policy/examples.js';

const page = (name: string) => readFile(join(import.meta.dirname, '../../docs', name), 'utf8');

test('docs/configuration.md says what the services read; `npm run docs:generated` writes it anew', async () => {
  expect(await page('configuration.md')).toBe(configurationPage());
});

test('docs/cli.schema.json says what the commands answer; `npm run docs:generated` writes it anew', async () => {
  expect(await page('cli.schema.json')).toBe(answersPage());
});

// Those of the other commands are run by the data space's tests.
test.each(Object.entries(examples))('what policy %s answers is what docs/cli.schema.json says', (name, list) => {
  const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(JSON.parse(answersPage()) as object);
  const valid = ajv.getSchema(`urn:causeway:v1:cli#/$defs/${encodeURIComponent(`causeway policy ${name}`)}`);
  for (const { answer } of list) expect([valid?.(answer), valid?.errors]).toEqual([true, null]);
});
