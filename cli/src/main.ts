import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { acceptCommand } from './commands/accept.js';
import { approveCommand, rejectCommand, requestsCommand } from './commands/approvals.js';
import { auditCommand } from './commands/audit.js';
import { authorityCommand } from './commands/authority.js';
import { backupCommand } from './commands/backup.js';
import { clearingHouseCommand } from './commands/clearing-house.js';
import { datasetsCommand } from './commands/datasets.js';
import { doctorCommand } from './commands/doctor.js';
import { dutiesCommand } from './commands/duties.js';
import { initCommand } from './commands/init.js';
import { joinCommand } from './commands/join.js';
import { operatorCommand } from './commands/operator.js';
import { participantsCommand } from './commands/participants.js';
import { policyCommand } from './commands/policy.js';
import { publishCommand } from './commands/publish.js';
import { pullCommand } from './commands/pull.js';
import { requestCommand } from './commands/request.js';
import { searchCommand } from './commands/search.js';
import { serviceCommand } from './commands/services.js';
import { showCommand } from './commands/show.js';
import { statusCommand } from './commands/status.js';
import { stopCommand } from './commands/stop.js';
import { updateCommand } from './commands/update.js';
import { usageCommand } from './commands/usage.js';
import { withdrawCommand } from './commands/withdraw.js';
import { langOption } from './language.js';
import { createOutput, type Output } from './output.js';
import { report } from './report.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/**
 * Runs one command line and ends the process with it: 0 done, 1 refused or failed, 2 a mistake in the command line. What
 * goes wrong is told in words; a stack trace would tell a user nothing.
 */
export async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const quiet = json || args.includes('--quiet');
  // Whoever reads may have heard enough, as in `causeway search | head -1`.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  }
  // A defect in the middle of a service: its store and its log stand such an end, and whoever supervises it restarts it.
  process.on('uncaughtException', (error) => end(report(error, json)));
  try {
    await commandLine(createOutput(json, process.stdout, quiet)).parseAsync(args, { from: 'user' });
  } catch (error) {
    const code = report(error, json);
    if (!(error instanceof CommanderError && code === 0)) end(code);
  }
}

/** Every command, for `main` and for the tests that hold the documentation against it. */
export function commandLine(output: Output): Command {
  const program = new Command('causeway')
    .description('Causeway (通衢): a federated industrial data space')
    .version(version)
    .option('--json', 'print one JSON object instead of lines for people')
    .option('--quiet', 'show no progress of long work')
    .addOption(langOption())
    .hook('preAction', (_program, command) => {
      const { lang } = command.optsWithGlobals<{ lang?: string }>();
      // As if the terminal had said so: whatever shows words asks `language`.
      if (lang !== undefined) process.env.LANG = lang;
    })
    .enablePositionalOptions()
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void (output.json || process.stderr.write(text)) });
  for (const command of [
    initCommand(output),
    authorityCommand(output),
    serviceCommand('broker', output),
    participantsCommand(output),
    clearingHouseCommand(output),
    serviceCommand('connector', output),
    joinCommand(output),
    publishCommand(output),
    datasetsCommand(output),
    updateCommand(output),
    withdrawCommand(output),
    usageCommand(output),
    searchCommand(output),
    requestCommand(output),
    pullCommand(output),
    showCommand(output),
    acceptCommand(output),
    requestsCommand(output),
    approveCommand(output),
    rejectCommand(output),
    operatorCommand(output),
    stopCommand(output),
    dutiesCommand(output),
    auditCommand(output),
    policyCommand(),
    statusCommand(output),
    doctorCommand(output),
    backupCommand(output),
  ]) {
    program.addCommand(inherit(command, program));
  }
  return program;
}

/** `--json` may stand anywhere, and a mistake in a subcommand is reported as one of the program. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  // What stands behind a subcommand's name is the subcommand's: `authority approve X --home Y`.
  command.enablePositionalOptions();
  const given = (option: string) => command.options.some(({ long }) => long === option);
  if (!given('--json')) command.option('--json', 'print one JSON object');
  if (!given('--quiet')) command.option('--quiet', 'show no progress of long work');
  if (!given('--lang')) command.addOption(langOption());
  for (const child of command.commands) inherit(child, command);
  return command;
}

/** Ends now, once what was said is written: a failed command may have left a service half open. */
function end(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
