import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { floors } from './classification.js';
import { describePolicy } from './describe.js';
import { readPolicy } from './parse/policy.js';
import { compose } from './templates/compose.js';
import { offerFor } from './templates/offer.js';
import { templates } from './templates/templates.js';
import { toWire } from './wire.js';

// The pages about policies say what is so.

const pages = [
  { lang: 'en', file: 'policies.md', enforcers: { provider: 'provider', consumer: 'consumer', nobody: 'nobody' } },
  { lang: 'zh', file: 'policies.zh-CN.md', enforcers: { provider: '提供方', consumer: '使用方', nobody: '无' } },
] as const;

function page(file: string): string {
  return readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8');
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);
}

test.each(pages)('the offer of $file is said as the page says, and its terms make the same offer', ({ lang, file }) => {
  const text = page(file);
  const [offer = '', terms = ''] = blocks(text, 'json');
  const policy = readPolicy(JSON.parse(offer), { kind: 'Offer' });
  expect(`${describePolicy(policy, lang)}\n`).toBe(blocks(text, 'text')[0]);
  const { permission, ...rest } = offerFor({ id: 'urn:uuid:offer', ...JSON.parse(terms) });
  const { permission: written, ...others } = toWire(policy);
  expect(rest).toEqual(others);
  // The terms have an order of their own.
  expect(sorted(permission)).toEqual(sorted(written));
});

function sorted(rules: unknown): string[] {
  return [...JSON.stringify(rules)].sort();
}

test.each(pages)('the table of $file has every class as its template is', ({ lang, file, enforcers }) => {
  const rows = [...page(file).matchAll(/^\| (\d+) \| ([^|]+) \| `(\{.*\})` \| (\S+) \|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual(Object.keys(templates.ids).map(Number));
  for (const [, number, name, parameters = '', enforcer] of rows) {
    const template = templates.ids[Number(number)];
    expect([name, enforcer]).toEqual([template?.name[lang], template && enforcers[template.enforced]]);
    const part = template?.part(JSON.parse(parameters)) ?? {};
    const policy = readPolicy(compose({ id: 'urn:o' }, [part]));
    expect(describePolicy(policy, lang)).not.toBe('');
  }
});

test.each(pages)('the levels of $file are the floors', ({ file }) => {
  const rows = [...page(file).matchAll(/^\| ([123]) \| [^|`]+ \| (\d) \|$/gm)];
  expect(rows.map(([, level, approvals]) => [Number(level), Number(approvals)])).toEqual(
    Object.entries(floors).map(([level, { approvals }]) => [Number(level), approvals]),
  );
});
