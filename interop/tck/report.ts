import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KitResult } from './kit.js';

/** Writes what the kit found, for people and for programs. @returns the file for people */
export async function writeReport(folder: string, result: KitResult): Promise<string> {
  const { passed, failed, skipped, outcomes } = result;
  const at = new Date().toISOString();
  const file = join(folder, 'report.md');
  const rows = outcomes.map(
    ({ id, passed, trouble = '' }) => `| ${id} | ${passed ? 'passed' : '**failed**'} | ${trouble} |`,
  );
  const text = [
    '# Dataspace Protocol 2025-1, Technology Compatibility Kit',
    '',
    `${passed} passed, ${failed} failed, ${skipped} skipped by the kit itself. ${at}, Node ${process.versions.node}.`,
    '',
    '| case | outcome | trouble |',
    '|---|---|---|',
    ...rows,
    '',
  ];
  await writeFile(file, text.join('\n'));
  await writeFile(join(folder, 'report.json'), `${JSON.stringify({ at, ...result }, null, 2)}\n`);
  return file;
}
