import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption } from '../options.js';
import { type Output, printable } from '../output.js';
import { type AgreementView, words } from '../views.js';

interface StopOptions {
  readonly home: string;
  readonly reason: string;
  readonly yes?: true;
}

/** `causeway stop`: ends an agreement, for good and for both sides. */
export function stopCommand(output: Output): Command {
  return new Command('stop')
    .description('end an agreement for good: nothing new begins under it, and what runs is stopped on both sides')
    .argument('<agreement>', 'digest of the agreement, as request printed it')
    .requiredOption('--reason <text>', 'why; signed, logged, and told to the other party')
    .addOption(homeOption())
    .option('--yes', 'do not ask first; needed where there is no terminal to ask on')
    .addHelpText(
      'after',
      "\nExample:\n  causeway stop sha-256:5e02… --reason 'the project is over' --yes --home ./hydraulics",
    )
    .action(async (digest: string, { home, reason, yes }: StopOptions) => {
      if (!yes) demandTerminal(output);
      const api = await openApi(home);
      const path = `/management/v1/agreements/${encodeURIComponent(digest)}`;
      const before = await api.get<AgreementView>(path);
      if (!before.ended && !yes) await demandConsent(before);
      const { peer, ended, negotiation } = await api.send<AgreementView>('POST', `${path}/end`, { reason });
      output.line(`The agreement with ${peer} has ended: nothing begins under it, and what ran is stopped.`);
      if (ended && before.ended) output.line(`  ${ended.by} had ended it before: ${words(ended.reason)}`);
      output.line(`Whether ${peer} has heard: causeway show ${negotiation} --home ${home}`);
      output.result({ agreement: digest, peer, ended: { ...ended } });
    });
}

/** @throws CliError USAGE where nobody can be asked */
function demandTerminal({ json }: Output): void {
  if (!json && process.stdin.isTTY && process.stderr.isTTY) return;
  throw new CliError('USAGE', 'Expected --yes: an agreement that was ended stays ended, and nobody can be asked here.');
}

/** @throws CliError INTERRUPTED when the answer is no */
async function demandConsent({ dataset, peer }: AgreementView): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `End the agreement with ${peer} over ${dataset}, for good? Type yes: `;
    const answer = await terminal.question(printable(question));
    if (answer.trim().toLowerCase() !== 'yes') throw new CliError('INTERRUPTED', 'Nothing was ended.');
  } finally {
    terminal.close();
  }
}
