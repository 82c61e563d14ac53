import { Command } from 'commander';
import { openApi } from '../api.js';
import { homeOption } from '../options.js';
import { bytes, type Output } from '../output.js';
import type { SearchView } from '../views.js';

/** `causeway search`: what the broker knows, each hit proven by its publisher. */
export function searchCommand(output: Output): Command {
  return new Command('search')
    .description('search the data space; every hit is checked to be signed by its publisher, lately')
    .argument('[words...]', 'words that must all be found; none lists everything')
    .addOption(homeOption())
    .option('--publisher <id>')
    .option('--category <category>')
    .option('--cursor <cursor>', 'the next page')
    .addHelpText('after', '\nExample:\n  causeway search 动臂 油缸 --home ./hydraulics')
    .action(
      async (wanted: string[], options: { home: string; publisher?: string; category?: string; cursor?: string }) => {
        const query = new URLSearchParams({ q: wanted.join(' ') });
        for (const name of ['publisher', 'category', 'cursor'] as const) {
          if (options[name]) query.set(name, options[name]);
        }
        const api = await openApi(options.home);
        const found = await api.get<SearchView>(`/management/v1/search?${query}`);
        if (found.hits.length === 0) output.line('Nothing found.');
        for (const { entry, publisher, liveness } of found.hits) {
          const title = [entry.title.zh, entry.title.en].filter(Boolean).join(' / ');
          output.line(`${entry.id}`);
          output.line(
            `  ${title} — ${publisher} (${liveness.state})${entry.bytes ? `, ${bytes(Number(entry.bytes))}` : ''}`,
          );
        }
        for (const { reason, detail } of found.dropped) output.line(`dropped: ${reason}: ${detail}`);
        if (found.next) output.line(`More: --cursor ${found.next}`);
        output.result({ ...found });
      },
    );
}
