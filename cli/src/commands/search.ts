import { Command } from 'commander';
import { openApi } from '../api.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { collectIn } from '../pages.js';
import { livenessWords, type SearchView } from '../views.js';

interface SearchOptions extends Partial<Readonly<Record<Facet, string>>> {
  readonly home: string;
  readonly cursor?: string;
  readonly limit: number;
}

const facets = ['publisher', 'category', 'classification', 'format', 'region'] as const;
type Facet = (typeof facets)[number];

/** `causeway search`: what the broker knows, each hit proven by its publisher. */
export function searchCommand(output: Output): Command {
  return new Command('search')
    .description('search the data space; every hit is checked to be signed by its publisher, lately')
    .argument('[words...]', 'words that must all be found; none lists everything')
    .addOption(homeOption())
    .option('--publisher <id>', 'only of this participant')
    .option('--category <category>', 'only of this category')
    .option('--classification <level>', 'only of this level')
    .option('--format <format>', 'only of this media type, such as text/csv or csv')
    .option('--region <region>', 'only of this region')
    .option('--limit <n>', 'how many hits at least, if there are as many', wholeNumber, 50)
    .option('--cursor <cursor>', 'where an earlier search stopped')
    .addHelpText('after', '\nExample:\n  causeway search 动臂 油缸 --home ./hydraulics')
    .action(async (wanted: string[], options: SearchOptions) => {
      const { home, limit, cursor } = options;
      const narrowed = facets.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
      const query = new URLSearchParams({ q: wanted.join(' '), limit: String(Math.min(limit, 100)) });
      for (const [name, value] of narrowed) query.set(name, value);
      const api = await openApi(home);
      const dropped: SearchView['dropped'][number][] = [];
      let tally: SearchView['tally'];
      // Hits that cannot be proven are dropped by our connector: a page can be short, or empty even.
      const found = await collectIn<SearchView['hits'][number], SearchView>(api, `/management/v1/search?${query}`, {
        ...{ most: limit, cursor },
        items: (page) => {
          dropped.push(...page.dropped);
          tally ??= page.tally;
          return page.hits;
        },
      });
      if (found.items.length === 0) output.line(words({ en: 'Nothing found.', zh: '没有找到。' }));
      for (const { entry, publisher, publisherName, liveness } of found.items.map(named)) {
        const title = [entry.title.zh, entry.title.en].filter(Boolean).join(' / ');
        const size = entry.bytes ? `, ${bytes(Number(entry.bytes))}` : '';
        output.line(entry.id);
        output.line(`  ${title} — ${publisherName}${publisher} (${words(livenessWords(liveness.state))})${size}`);
      }
      for (const { reason, detail } of dropped) output.line(`dropped: ${reason}: ${detail}`);
      for (const line of tally ? counted(tally, found.items.length) : []) output.line(line);
      if (found.next) {
        const command = ['causeway', 'search', ...wanted, ...narrowed.flatMap(([name, value]) => [`--${name}`, value])];
        const more = [...command, '--limit', String(limit), '--cursor', found.next, '--home', home];
        output.line(`${words({ en: 'More', zh: '下一页' })}: ${more.map(quoted).join(' ')}`);
      }
      output.result({
        ...{ hits: found.items, dropped },
        ...(tally && { tally }),
        ...(found.next && { next: found.next }),
      });
    });
}

function named(hit: SearchView['hits'][number]) {
  const { publisherName } = hit.entry;
  return { ...hit, publisherName: publisherName === undefined ? '' : `${publisherName}, ` };
}

/** What there is to narrow the search down by: said by the broker, and so marked. */
function counted({ found, facets: counts, partial }: NonNullable<SearchView['tally']>, shown: number): string[] {
  const most = 8;
  if (found <= shown && !partial && shown < 2) return [];
  const number = partial ? `≥ ${found}` : `${found}`;
  const head = {
    en: `${number} hit(s), says the broker. To narrow down:`,
    zh: `代理称共有 ${number} 条。可缩小范围：`,
  };
  const lines = counts.flatMap(({ name, values }) => {
    const told = values.slice(0, most).map(({ value, count }) => `${value} (${count})`);
    return values.length === 0 ? [] : [`  --${name.padEnd(14)} ${told.join(', ')}${values.length > most ? ', …' : ''}`];
  });
  return [words(head), ...lines];
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\p{L}\p{N}@%+=:,./_-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
