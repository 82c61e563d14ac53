import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { Api } from './api.js';
import { demandConsent } from './consent.js';
import { foundLines, offerLines, shownLines, standing } from './dataset-words.js';
import { CliError, fileTrouble } from './errors.js';
import { type Words, words } from './language.js';
import type { OfferOptions } from './offer-options.js';
import { listOption } from './options.js';
import type { Output } from './output.js';
import { whileShown } from './progress.js';
import type { DatasetView } from './views.js';

/** What is said of a dataset beside its offers. */
export interface DescriptionOptions {
  readonly title?: string;
  readonly titleZh?: string;
  readonly description?: string;
  readonly columns?: boolean;
  readonly keywords?: string[];
  readonly category?: string;
  readonly region?: string;
  readonly classification?: string;
  readonly domain?: string;
  readonly unregistered?: boolean;
}

const domains = ['research', 'production', 'operation', 'management', 'external', 'platform', 'enterprise'];
const mediaTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.ndjson': 'application/jsonl',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};

/** Adds the options by which a dataset is described. */
export function descriptionOptions(command: Command): Command {
  return command
    .option('--title-zh <text>', 'title in Chinese')
    .option('--description <text>', 'what others are told of it (default: the columns and rows found in a table)')
    .option('--no-columns', 'tell others the number of rows, and not the names of the columns')
    .addOption(listOption('--keywords <words>', 'words to be found by'))
    .option('--category <category>', 'a facet of the search')
    .option('--region <region>', 'where what it is about is, a facet too: CN, CN-31')
    .addOption(new Option('--classification <level>', 'of the guideline; 3 is the highest').choices(['1', '2', '3']))
    .addOption(new Option('--domain <domain>', 'of the guideline').choices(domains))
    .option('--unregistered', 'offer it to who is no member (yet), too');
}

/** The same as the API takes it; what is not given is left out. */
export function described(options: DescriptionOptions): object {
  const { description, keywords, category, region, classification, domain, columns } = options;
  return JSON.parse(
    JSON.stringify({
      ...{ description, keywords, category, region, domain },
      classification: classification === undefined ? undefined : Number(classification),
      hideColumns: columns === undefined ? undefined : !columns,
    }),
  ) as object;
}

export function mediaTypeOf(path: string): string {
  return mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

/** Before anything is asked of the connector, so that the message can name what is wrong with the file. */
export async function demandReadable(path: string): Promise<'file' | 'folder'> {
  const unreadable = (why: string, cause?: unknown) =>
    new CliError('UNREADABLE', `${path} cannot be published: ${why}. Name the file that holds the data, or a folder.`, {
      cause,
    });
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) throw unreadable('it is no file');
    await access(path, constants.R_OK);
    return found.isFile() ? 'file' : 'folder';
  } catch (cause) {
    throw cause instanceof CliError ? cause : unreadable(fileTrouble(cause), cause);
  }
}

/** Shows what would come of it: what was found, the terms in the policy's own words, and what others are told. */
export function showPreview(output: Output, preview: DatasetView, options: OfferOptions): void {
  output.line(`${preview.id}  ${preview.source.path}`);
  for (const line of foundLines(preview)) output.line(line);
  for (const line of understoodLines(options)) output.line(line);
  output.line(words({ en: 'The terms:', zh: '使用条款：' }));
  for (const line of offerLines(preview.offers)) output.line(line);
  for (const line of shownLines(preview)) output.line(line);
  if (!preview.agreements?.inForce) return;
  const { en, zh } = standing(preview);
  output.line(words({ en: `${en}: they give this version from then on.`, zh: `${zh}，此后按其条款交付此版本。` }));
}

/** How dates that were written without a time were taken. */
export function understoodLines({ from, until, deleteBy }: OfferOptions): string[] {
  return [from, until, deleteBy].flatMap((given) => (given?.understood ? [words(given.understood)] : []));
}

/** Sends a publication or a change, which takes as long as the reading of its file. */
export function sendShown(
  api: Api,
  { method, path, body }: { readonly method: 'PUT' | 'PATCH'; readonly path: string; readonly body: object },
  output: Output,
): Promise<DatasetView> {
  const reading = { en: 'The connector reads it:', zh: '连接器正在读取：' };
  return whileShown(output, reading, () => api.send<DatasetView>(method, path, body, { long: true }));
}

/** Sends a publication or a change; unless told not to, only after it was shown and a person has said yes to it. */
export async function sendAsked(
  api: Api,
  change: { readonly method: 'PUT' | 'PATCH'; readonly path: string; readonly body: object },
  { output, yes, terms, question }: { output: Output; yes: boolean; terms: OfferOptions; question: Words },
): Promise<DatasetView> {
  const { method, path, body } = change;
  const send = (at: string, sent: object) => sendShown(api, { method, path: at, body: sent }, output);
  if (yes) return send(path, body);
  const preview = await send(`${path}?preview=true`, body);
  showPreview(output, preview, terms);
  await demandConsent(question, { en: 'Nothing was changed.', zh: '未作任何更改。' });
  // What was shown is what is published, or nothing is.
  const seen = 'file' in body ? { ...body, version: preview.source.version } : body;
  return send(path, seen);
}
