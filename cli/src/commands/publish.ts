import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption, listOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import type { DatasetView } from '../views.js';

interface PublishOptions {
  readonly home: string;
  readonly name?: string;
  readonly title?: string;
  readonly titleZh?: string;
  readonly keywords?: string[];
  readonly category?: string;
  readonly to?: string[];
  readonly until?: string;
  readonly times?: number;
  readonly purpose?: string[];
  readonly policy?: string;
  readonly listed?: boolean;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};

/** `causeway publish`: a file becomes a dataset; without `--to` or `--policy` nobody may have it. */
export function publishCommand(output: Output): Command {
  return new Command('publish')
    .description('publish a file as a dataset; without --to or --policy nobody may have it')
    .argument('<file>')
    .addOption(homeOption())
    .option('--name <name>', 'local name of the dataset: letters, digits, . _ - (default: made from the file name)')
    .option('--title <text>', 'title in English (default: the file name)')
    .option('--title-zh <text>', 'title in Chinese')
    .addOption(listOption('--keywords <words>', 'words to be found by'))
    .option('--category <category>', 'a facet of the search')
    .addOption(listOption('--to <ids>', 'the participants it is offered to'))
    .option('--until <instant>', 'offered until, with zone: 2027-01-01T00:00:00+08:00')
    .option('--times <n>', 'how often each may have it', wholeNumber)
    .addOption(listOption('--purpose <purposes>', 'the purposes it is offered for'))
    .option('--policy <file>', 'an ODRL offer instead of --to, --until, --times, --purpose')
    .option('--listed', 'show its description to every member through the broker')
    .addHelpText(
      'after',
      '\nExample:\n  causeway publish orders.csv --to urn:causeway:hydraulics --until 2027-01-01T00:00:00Z --times 10 --listed',
    )
    .action(async (file: string, options: PublishOptions) => {
      const path = resolve(file);
      if (!existsSync(path) || !statSync(path).isFile()) {
        throw new CliError('UNREADABLE', `${path} is no file. Name the file that holds the data.`);
      }
      const name = options.name ?? localName(basename(path));
      const api = await openApi(options.home);
      const dataset = await api.send<DatasetView>('PUT', `/management/v1/datasets/${name}`, {
        file: path,
        title: { en: options.title ?? basename(path), ...(options.titleZh && { zh: options.titleZh }) },
        mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
        listed: options.listed ?? false,
        ...(options.keywords && { keywords: options.keywords }),
        ...(options.category && { category: options.category }),
        offers: await offersOf(options),
      });
      output.line(`Published ${dataset.id}`);
      output.line(`  ${bytes(dataset.source.bytes)}, ${dataset.source.version}`);
      output.line(dataset.offers.length > 0 ? `  offer ${dataset.offers[0]?.id}` : '  offered to nobody');
      output.result({ ...dataset });
    });
}

async function offersOf({ policy, to, until, times, purpose }: PublishOptions): Promise<object[]> {
  if (policy && (to || until || times || purpose)) {
    throw new CliError('USAGE', '--policy says everything: leave out --to, --until, --times and --purpose.');
  }
  if (policy) {
    try {
      return [{ policy: JSON.parse(await readFile(policy, 'utf8')) as object }];
    } catch (cause) {
      throw new CliError('UNREADABLE', `${policy} could not be read as JSON: ${(cause as Error).message}`, { cause });
    }
  }
  if (!to) {
    if (until || times || purpose) throw new CliError('USAGE', 'Say who may have it with --to.');
    return [];
  }
  const terms = { assignees: to, until, count: times, purposes: purpose };
  return [{ terms: JSON.parse(JSON.stringify(terms)) as object }];
}

/** `订单 lines.csv` → `u8ba2u5355-lines.csv`: what a dataset id may hold, and still tells names apart. */
function localName(file: string): string {
  const name = [...file.normalize('NFC')]
    .map((char) => {
      if (/[A-Za-z0-9._-]/.test(char)) return char;
      return char === ' ' ? '-' : `u${char.codePointAt(0)?.toString(16)}`;
    })
    .join('');
  return name.slice(0, 100);
}
