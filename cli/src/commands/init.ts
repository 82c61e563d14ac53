import { Command } from 'commander';
import { createHome, demandFree } from '../home.js';
import { homeOption, setOption } from '../options.js';
import type { Output } from '../output.js';
import { serviceConfig } from '../service-config.js';

interface InitOptions {
  readonly home: string;
  readonly space: string;
  readonly set: Readonly<Record<string, string>>;
}

/** `causeway init`: the folder of a new space's authority. Its keys are made when it starts for the first time. */
export function initCommand(output: Output): Command {
  return new Command('init')
    .description('make the home of the authority of a new data space')
    .addOption(homeOption())
    .requiredOption('--space <name>', 'name of the data space; it never changes')
    .addOption(setOption('an option of the authority'))
    .addHelpText('after', '\nExample:\n  causeway init --space demo --home ./authority --set port=7400')
    .action(async ({ home, space, set }: InitOptions) => {
      const options = { ...set, space };
      await demandFree(home);
      await serviceConfig.authority({ flags: options });
      await createHome({ folder: home, role: 'authority' }, options);
      output.line(`The authority of "${space}" lives in ${home}.`);
      output.line(`Start it: causeway authority --home ${home}`);
      output.result({ home, role: 'authority', space });
    });
}
