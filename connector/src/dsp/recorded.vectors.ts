import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { JsonObject } from '../model.js';
import { officialSchemas } from '../testing/official-schemas.js';
import { messageTypes } from './vocabulary.js';

/** Written by the last `npm test`, or by the last kit: every message and answer of ours, one a line (scripts/record-dsp.mjs). */
const folder = process.env['CAUSEWAY_RECORD'] ?? '';

test.skipIf(!existsSync(folder))('every message that the tests sent is what the official schemas allow', async () => {
  const official = await officialSchemas();
  const seen = new Map<string, number>();
  const wrong = new Map<string, number>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.jsonl')) continue;
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      const message = parsed(line);
      // Who comes without a certificate is told so by HTTP (RFC 9457), before anything of DSP begins.
      if (message?.['status'] === 401 && message['@context'] === undefined) continue;
      const type = String(message?.['@type'] ?? 'what a process that was killed did not finish');
      seen.set(type, (seen.get(type) ?? 0) + 1);
      const trouble = message === undefined ? '' : official(message);
      if (trouble !== '') wrong.set(trouble, (wrong.get(trouble) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(wrong)).toEqual({});
  const recorded = [
    'Catalog',
    'Dataset',
    'ContractNegotiation',
    'ContractNegotiationError',
    'CatalogError',
    'TransferError',
  ];
  // The suite sends every type; a part of it need not.
  const expected = existsSync(join(folder, 'whole-suite'))
    ? [...messageTypes, 'CatalogRequestMessage', ...recorded]
    : [];
  expect(expected.filter((type) => !seen.has(type))).toEqual([]);
  expect(seen.size).toBeGreaterThan(0);
  process.stdout.write(`${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`);
});

function parsed(line: string): JsonObject | undefined {
  try {
    return JSON.parse(line) as JsonObject;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
