import { Command } from 'commander';
import { openApi } from '../api.js';
import { datasetPath } from '../dataset-name.js';
import { foundLines, offeredTo, offerLines, standing, titleOf } from '../dataset-words.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { collect } from '../pages.js';
import type { DatasetView } from '../views.js';

interface ListOptions {
  readonly home: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** `causeway datasets`: what this firm has published, for whom, and what stands on it. */
export function datasetsCommand(output: Output): Command {
  return new Command('datasets')
    .description('list the datasets of this firm: version, size, who they are offered to, agreements on them')
    .addOption(homeOption())
    .option('--limit <n>', 'at most about so many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway datasets --home ./oem')
    .action(async ({ home, limit, cursor }: ListOptions) => {
      const api = await openApi(home);
      const path = `/management/v1/datasets?limit=${Math.min(limit, 200)}`;
      const { items, next } = await collect<DatasetView>(api, path, { most: limit, cursor });
      for (const dataset of items) for (const line of entryLines(dataset)) output.line(line);
      if (items.length === 0) output.line(words({ en: 'There are none.', zh: '暂无数据集。' }));
      if (next !== undefined) output.line(`${words({ en: 'More: ', zh: '更多：' })}--cursor ${next}`);
      output.result({ datasets: items, ...(next !== undefined && { next }) });
    })
    .addCommand(showCommand(output));
}

function showCommand(output: Output): Command {
  return new Command('show')
    .description('show one dataset: its columns, and its terms in plain words')
    .argument('<dataset>', 'name or id of the dataset')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway datasets show orders.csv --home ./oem')
    .action(async (name: string, { home }: { home: string }) => {
      const api = await openApi(home);
      const dataset = await api.get<DatasetView>(datasetPath(name));
      for (const line of entryLines(dataset)) output.line(line);
      output.line(`  ${dataset.source.path}`);
      for (const line of foundLines(dataset).slice(1)) output.line(line);
      for (const line of offerLines(dataset.offers)) output.line(line);
      output.result({ ...dataset });
    });
}

function entryLines(dataset: DatasetView): string[] {
  const { id, source, content, classification, listed, withdrawn, withdrawnFor } = dataset;
  const rows = content?.table?.rows;
  const about = [
    bytes(source.bytes),
    ...(rows === undefined ? [] : [words({ en: `${rows} rows`, zh: `${rows} 行` })]),
    `${source.version.slice(0, 20)}…`,
    ...(classification === undefined ? [] : [words({ en: `level ${classification}`, zh: `第 ${classification} 级` })]),
    // What was withdrawn is shown to nobody, whatever it was.
    ...(withdrawn === undefined
      ? [words(listed ? { en: 'listed', zh: '已列入目录' } : { en: 'not listed', zh: '未列入目录' })]
      : []),
  ];
  const offered =
    withdrawn === undefined
      ? offeredTo(dataset.offers)
      : `${words({ en: 'withdrawn', zh: '已撤回' })}${withdrawnFor ? `: ${withdrawnFor}` : ''}`;
  return [`${id}  ${titleOf(dataset)}`, `  ${about.join(', ')}`, `  ${offered}; ${words(standing(dataset))}`];
}
