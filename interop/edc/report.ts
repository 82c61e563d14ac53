import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from './steps.js';

/** Writes what was tried, for people and for programs. @returns the file for people */
export async function writeReport(folder: string, edc: string, steps: readonly Step[]): Promise<string> {
  const at = new Date().toISOString();
  const file = join(folder, 'report.md');
  const failed = steps.filter(({ passed }) => !passed).length;
  const rows = steps.map(
    ({ direction, what, passed, detail, ms }) =>
      `| ${direction} | ${what} | ${passed ? 'passed' : '**failed**'} | ${(ms / 1_000).toFixed(1)} s | ${detail.replaceAll('|', '\\|')} |`,
  );
  const text = [
    `# Eclipse EDC ${edc}, over Dataspace Protocol 2025-1 and HttpData-PULL`,
    '',
    `${steps.length - failed} passed, ${failed} failed. ${at}, Node ${process.versions.node}.`,
    '',
    '| direction | step | outcome | time | what came of it |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ];
  await writeFile(file, text.join('\n'));
  await writeFile(join(folder, 'report.json'), `${JSON.stringify({ at, edc, steps }, null, 2)}\n`);
  return file;
}
