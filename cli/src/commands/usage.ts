import { Command } from 'commander';
import { type Api, openApi } from '../api.js';
import { datasetId } from '../dataset-name.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import type { UsageView } from '../views.js';

interface UsageOptions {
  readonly home: string;
  readonly dataset?: string;
  readonly with?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface Waiting {
  readonly pid: string;
  readonly peer: string;
  readonly dataset: string;
}

/** `causeway usage`: who holds which agreement, what was got under it, and what is left. */
export function usageCommand(output: Output): Command {
  return new Command('usage')
    .description(
      'list the agreements of this firm, as owner and as user: what was pulled under each, and what is left of it',
    )
    .addOption(homeOption())
    .option('--dataset <name>', 'only on this dataset: the name of one of ours, or an id')
    .option('--with <id>', 'only with this participant')
    .option('--limit <n>', 'at most about so many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway usage --dataset orders.csv --home ./oem')
    .action(async (options: UsageOptions) => {
      const { limit, cursor } = options;
      const api = await openApi(options.home);
      const dataset = options.dataset === undefined ? undefined : await datasetId(api, options.dataset);
      const wanted = Object.entries({ dataset, with: options.with }).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(wanted as [string, string][]);
      query.set('limit', String(Math.min(limit, 200)));
      const { items, next } = await collect<UsageView>(api, `/management/v1/usage?${query}`, { most: limit, cursor });
      const waiting = (await waitingFor(api)).filter(
        (one) => (dataset ?? one.dataset) === one.dataset && (options.with ?? one.peer) === one.peer,
      );
      const { usageLines, waitingWords } = await import('../usage-words.js');
      for (const usage of items) for (const line of usageLines(usage)) output.line(line);
      if (items.length === 0) output.line(words({ en: 'There are none.', zh: '暂无合约。' }));
      for (const { peer, dataset: asked, pid } of waiting) output.line(words(waitingWords(peer, asked, pid)));
      if (next !== undefined) output.line(`${words({ en: 'More: ', zh: '更多：' })}--cursor ${next}`);
      output.result({ usage: items, waiting, ...(next !== undefined && { next }) });
    });
}

async function waitingFor(api: Api): Promise<readonly Waiting[]> {
  const { items } = await collect<Waiting>(api, '/management/v1/approvals?limit=200', { most: 200 });
  return items.map(({ pid, peer, dataset }) => ({ pid, peer, dataset }));
}
