import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decide } from './decide.js';

test.each(['policies.md', 'policies.zh-CN.md'])('what %s decides comes out so', async (file) => {
  const page = await readFile(join(import.meta.dirname, '../../../docs', file), 'utf8');
  const [line = '', answer = ''] = /```ndjson\n(.*?)```/s.exec(page)?.[1]?.split('\n') ?? [];
  const { id, ...asked } = JSON.parse(line);
  expect({ id, ...decide(asked, { lenientDuties: false, record: false }) }).toEqual(JSON.parse(answer));
});
