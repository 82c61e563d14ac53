import { Command } from 'commander';
import { CliError } from '../errors.js';
import { readHome, roleWords } from '../home.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { serviceCommand } from './services.js';

/** `causeway clearing-house`: starts the clearing house; its subcommand checks the log on disk. */
export function clearingHouseCommand(output: Output): Command {
  return serviceCommand('clearing-house', output).addCommand(fsckCommand(output));
}

function fsckCommand(output: Output): Command {
  return new Command('fsck')
    .description('derive the whole log again from its envelopes and compare it with what is published')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway clearing-house fsck --home ./clearing-house')
    .action(async ({ home }: { home: string }) => {
      const { folder, role } = await readHome(home);
      if (role !== 'clearing-house') {
        throw new CliError(
          'USAGE',
          `${folder} is the home of ${roleWords(role)}: name the clearing house's with --home.`,
        );
      }
      const { fsck } = await import('@causeway/clearing-house');
      const report = await fsck(folder);
      for (const finding of report.findings) output.line(finding);
      if (!report.ok) {
        throw new CliError('NOT_VERIFIED', `The log of ${folder} is not what its envelopes say.`, {
          data: { ...report },
        });
      }
      output.line(`${report.integrated} leaves published of ${report.sequenced} envelopes: all as it should be.`);
      output.result({ ...report });
    });
}
