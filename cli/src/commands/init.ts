import { resolve } from 'node:path';
import { Command } from 'commander';
import { createHome } from '../home.js';
import { homeOption, settings } from '../options.js';
import type { Output } from '../output.js';

/** `causeway init`: the folder of a new space's authority. Its keys are made when it starts for the first time. */
export function initCommand(output: Output): Command {
  return new Command('init')
    .description('make the home of the authority of a new data space')
    .addOption(homeOption())
    .requiredOption('--space <name>', 'name of the data space; it never changes')
    .option('--set <name=value...>', 'options of the service, e.g. --set port=7400 (docs/configuration.md)')
    .addHelpText('after', '\nExample:\n  causeway init --space demo --home ./authority')
    .action(async ({ home, space, set = [] }: { home: string; space: string; set?: string[] }) => {
      const folder = resolve(home);
      await createHome({ folder, role: 'authority' }, { space, ...settings(set) });
      output.line(`The authority of "${space}" lives in ${folder}.`);
      output.line(`Start it: causeway authority --home ${folder}`);
      output.result({ home: folder, role: 'authority', space });
    });
}
