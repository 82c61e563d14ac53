import { open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError, fileTrouble } from '../errors.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import { demandWritable } from '../writable.js';

interface OperatorView {
  readonly name: string;
  readonly created: number;
  readonly removed?: number;
}

const mostShown = 1_000;

/** `causeway operator`: people with a key of their own, who decide on requests. */
export function operatorCommand(output: Output): Command {
  return new Command('operator')
    .description('people who decide on requests for contracts, each with a key of their own')
    .addCommand(addCommand(output))
    .addCommand(listCommand(output))
    .addCommand(removeCommand(output));
}

function addCommand(output: Output): Command {
  return new Command('add')
    .description('make the key of an operator, and write it to a file to hand over')
    .argument('<name>', 'lower-case letters, digits, . _ and -; a name is given once')
    .addOption(homeOption())
    .requiredOption('--out <file>', 'the file to write the key to; it must not exist')
    .addHelpText('after', '\nExample:\n  causeway operator add li --out ./li.key --home ./oem')
    .action(async (name: string, { home, out }: { home: string; out: string }) => {
      const file = resolve(out);
      await demandWritable(dirname(file), '--out');
      const api = await openApi(home);
      // Before the key is made: one that cannot be written would be lost, and its name with it.
      const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
        const code = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'TARGET_EXISTS' : 'UNWRITABLE';
        throw new CliError(code, `${file} cannot be written: ${fileTrouble(cause)}. Name another with --out.`, {
          cause,
        });
      });
      try {
        const made = await api.send<OperatorView & { key: string }>(
          'PUT',
          `/management/v1/operators/${encodeURIComponent(name)}`,
        );
        await handle.writeFile(`${made.key}\n`);
        await handle.sync();
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      output.line(`Operator ${name}: the key is in ${file}. Hand it over, and keep no copy.`);
      output.result({ name, file });
    });
}

function listCommand(output: Output): Command {
  return new Command('list')
    .description('list the operators of a connector, those that were removed too')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway operator list --home ./oem')
    .action(async ({ home }: { home: string }) => {
      const api = await openApi(home);
      const page = await collect<OperatorView>(api, '/management/v1/operators', { most: mostShown });
      if (page.items.length === 0) output.line('No operators: only the key of the connector decides.');
      for (const { name, created, removed } of page.items) {
        const until = removed === undefined ? '' : `, removed ${new Date(removed).toISOString()}`;
        output.line(`${name}  since ${new Date(created).toISOString()}${until}`);
      }
      output.result({ ...page });
    });
}

function removeCommand(output: Output): Command {
  return new Command('remove')
    .description('take the key of an operator away; what it approved stands')
    .argument('<name>', 'as list shows it')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway operator remove li --home ./oem')
    .action(async (name: string, { home }: { home: string }) => {
      const api = await openApi(home);
      const operator = await api.send<OperatorView>('DELETE', `/management/v1/operators/${encodeURIComponent(name)}`);
      output.line(`Removed ${name}: its key opens nothing any more.`);
      output.result({ ...operator });
    });
}
