import { createInterface } from 'node:readline/promises';
import { CliError } from './errors.js';
import { type Words, words } from './language.js';
import { type Output, printable } from './output.js';

/**
 * That somebody can be asked, where nobody has said `--yes`.
 *
 * @param why what is not done without a person's word
 * @throws CliError USAGE
 */
export function demandTerminal({ json }: Output, why: string): void {
  if (!json && process.stdin.isTTY && process.stderr.isTTY) return;
  throw new CliError('USAGE', `Expected --yes: ${why}, and nobody can be asked here.`);
}

/** Asks, and goes on at `yes` alone. @throws CliError INTERRUPTED */
export async function demandConsent(question: Words, otherwise: Words): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const how = words({ en: 'Type yes:', zh: '确认请输入 yes：' });
    const answer = (await terminal.question(printable(`${words(question)} ${how} `))).trim().toLowerCase();
    if (answer !== 'yes' && answer !== '是') throw new CliError('INTERRUPTED', words(otherwise));
  } finally {
    terminal.close();
  }
}
