import { Command } from 'commander';
import { openApi } from '../api.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import { type DutyView, told } from '../views.js';

interface ListOptions {
  readonly home: string;
  readonly agreement?: string;
  readonly state?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** `causeway duties`: what is owed after delivery, by us and to us. */
export function dutiesCommand(output: Output): Command {
  return new Command('duties')
    .description('list what is owed after delivery: by this firm to others, and by others to it')
    .addOption(homeOption())
    .option('--agreement <digest>', 'only under this agreement')
    .option('--state <state>', 'only those that are pending, overdue, fulfilled or violated')
    .option('--limit <n>', 'about how many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway duties --state overdue --home ./oem')
    .action(async ({ home, agreement, state, limit, cursor }: ListOptions) => {
      const api = await openApi(home);
      const wanted = Object.entries({ agreement, state }).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(wanted as [string, string][]);
      query.set('limit', '200');
      const { items, next } = await collect<DutyView>(api, `/management/v1/duties?${query}`, { most: limit, cursor });
      for (const duty of items) for (const line of told(duty)) output.line(line);
      if (items.length === 0) output.line('There are none.');
      if (next !== undefined) output.line(`More: --cursor ${next}`);
      output.result({ duties: items, ...(next !== undefined && { next }) });
    })
    .addCommand(doCommand(output))
    .addCommand(excuseCommand(output));
}

function doCommand(output: Output): Command {
  return new Command('do')
    .description('do a duty of ours now instead of when it is due: delete the file, and have the proof')
    .argument('<id>', 'of the duty, as duties lists it')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway duties do 0b1f8e115f5c4b4b8f679f1c6d7e0a4b --home ./hydraulics')
    .action(async (id: string, { home }: { home: string }) => {
      const api = await openApi(home);
      const duty = await api.send<DutyView>('POST', `/management/v1/duties/${encodeURIComponent(id)}/do`);
      output.line(`It is done now: ${words(duty.name)}. How it went: causeway duties --home ${home}`);
      output.result({ ...duty });
    });
}

function excuseCommand(output: Output): Command {
  return new Command('excuse')
    .description('let a duty be that was violated or not reported: it refuses no further transfers')
    .argument('<id>', 'of the duty, as duties lists it')
    .requiredOption('--reason <text>', 'why; kept with the duty')
    .addOption(homeOption())
    .addHelpText(
      'after',
      "\nExample:\n  causeway duties excuse 0b1f8e115f5c4b4b8f679f1c6d7e0a4b --reason 'their disk failed' --home ./oem",
    )
    .action(async (id: string, { home, reason }: { home: string; reason: string }) => {
      const api = await openApi(home);
      const path = `/management/v1/duties/${encodeURIComponent(id)}/excuse`;
      const duty = await api.send<DutyView>('POST', path, { reason });
      for (const line of told(duty)) output.line(line);
      output.result({ ...duty });
    });
}
