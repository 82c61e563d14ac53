import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.js';
import { authorityCommand } from './commands/authority.js';
import { initCommand } from './commands/init.js';
import { joinCommand } from './commands/join.js';
import { publishCommand } from './commands/publish.js';
import { pullCommand } from './commands/pull.js';
import { requestCommand } from './commands/request.js';
import { searchCommand } from './commands/search.js';
import { serviceCommands } from './commands/services.js';
import { statusCommand } from './commands/status.js';
import { CliError } from './errors.js';
import { createOutput } from './output.js';

/** Runs one command line. Sets the process' exit code: 0 done, 1 refused or failed, 2 a mistake in the command line. */
export async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const program = new Command('causeway')
    .description('Causeway (通衢): a federated industrial data space')
    .option('--json', 'print one JSON object instead of lines for people')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void (json || process.stderr.write(text)) });
  const output = createOutput(json);
  for (const command of [
    initCommand(output),
    authorityCommand(output),
    ...serviceCommands(output),
    joinCommand(output),
    publishCommand(output),
    searchCommand(output),
    requestCommand(output),
    pullCommand(output),
    auditCommand(output),
    statusCommand(output),
  ]) {
    program.addCommand(inherit(command, program));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, json);
  }
}

/** `--json` may stand anywhere, and a mistake in a subcommand is reported as one of the program. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  // What stands behind a subcommand's name is the subcommand's: `authority approve X --home Y`.
  command.enablePositionalOptions();
  if (!command.options.some(({ long }) => long === '--json')) command.option('--json', 'print one JSON object');
  for (const child of command.commands) inherit(child, command);
  return command;
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (json) print({ error: { code: 'USAGE', message: error.message } });
    return 2;
  }
  // Every service's error names a code and says what to do; only a defect of ours has none.
  const { code = 'FAILED', message, data } = error as { code?: string; message: string; data?: object };
  if (json) print({ error: { code, message, ...(data && Object.keys(data).length > 0 ? { data } : {}) } });
  else process.stderr.write(`${error instanceof CliError || code !== 'FAILED' ? `${code}: ` : ''}${message}\n`);
  return 1;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
