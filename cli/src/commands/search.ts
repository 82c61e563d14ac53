import { Command } from 'commander';
import { openApi } from '../api.js';
import { homeOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { collect } from '../pages.js';
import type { SearchView } from '../views.js';

interface SearchOptions {
  readonly home: string;
  readonly publisher?: string;
  readonly category?: string;
  readonly cursor?: string;
  readonly limit: number;
}

/** `causeway search`: what the broker knows, each hit proven by its publisher. */
export function searchCommand(output: Output): Command {
  return new Command('search')
    .description('search the data space; every hit is checked to be signed by its publisher, lately')
    .argument('[words...]', 'words that must all be found; none lists everything')
    .addOption(homeOption())
    .option('--publisher <id>', 'only of this participant')
    .option('--category <category>', 'only of this category')
    .option('--limit <n>', 'how many hits at least, if there are as many', wholeNumber, 50)
    .option('--cursor <cursor>', 'where an earlier search stopped')
    .addHelpText('after', '\nExample:\n  causeway search 动臂 油缸 --home ./hydraulics')
    .action(async (wanted: string[], { home, limit, cursor, ...facets }: SearchOptions) => {
      const query = new URLSearchParams({ q: wanted.join(' '), limit: String(Math.min(limit, 100)) });
      for (const [name, value] of Object.entries(facets)) if (typeof value === 'string') query.set(name, value);
      const api = await openApi(home);
      const dropped: SearchView['dropped'][number][] = [];
      // Hits that cannot be proven are dropped by our connector: a page can be short, or empty even.
      const found = await collect<SearchView['hits'][number], SearchView>(api, `/management/v1/search?${query}`, {
        ...{ most: limit, cursor },
        items: (page) => {
          dropped.push(...page.dropped);
          return page.hits;
        },
      });
      if (found.items.length === 0) output.line('Nothing found.');
      for (const { entry, publisher, liveness } of found.items) {
        const title = [entry.title.zh, entry.title.en].filter(Boolean).join(' / ');
        output.line(entry.id);
        output.line(
          `  ${title} — ${publisher} (${liveness.state})${entry.bytes ? `, ${bytes(Number(entry.bytes))}` : ''}`,
        );
      }
      for (const { reason, detail } of dropped) output.line(`dropped: ${reason}: ${detail}`);
      if (found.next) output.line(`More: --cursor ${found.next}`);
      output.result({ hits: found.items, dropped, ...(found.next && { next: found.next }) });
    });
}
