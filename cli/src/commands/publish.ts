import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Api, openApi } from '../api.js';
import { demandConsent, demandTerminal } from '../consent.js';
import { localName, localNameForm } from '../dataset-name.js';
import { foundLines, offerLines } from '../dataset-words.js';
import { CliError } from '../errors.js';
import { words } from '../language.js';
import { type OfferOptions, offerOptions, offersOf } from '../offer-options.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import {
  type DescriptionOptions,
  demandReadable,
  described,
  descriptionOptions,
  mediaTypeOf,
  sendAsked,
  sendShown,
  showPreview,
  understoodLines,
} from '../publication.js';
import type { DatasetView, InspectionView } from '../views.js';

interface PublishOptions extends OfferOptions, DescriptionOptions {
  readonly home: string;
  readonly name?: string;
  readonly listed?: boolean;
  readonly yes?: boolean;
}

/** `causeway publish`: a file becomes a dataset; without `--to` or `--policy` nobody may have it. */
export function publishCommand(output: Output): Command {
  const command = new Command('publish')
    .description(
      'publish a file as a dataset, or each file of a folder; without --to or --policy nobody may have it; the same name again is a new version',
    )
    .argument('<file>', 'the file or folder; it stays where it is, and is sent from there')
    .addOption(homeOption())
    .option('--name <name>', 'local name of the dataset (default: made from the name of the file)', givenName)
    .option('--title <text>', 'title in English (default: the name of the file)')
    .option('--listed', 'show its description to every member through the broker')
    .option('--yes', 'do not show it and ask first; needed where there is no terminal to ask on');
  return offerOptions(descriptionOptions(command))
    .addHelpText(
      'after',
      '\nExample:\n  causeway publish orders.csv --to urn:causeway:hydraulics --until 2027-01-01 --times 10 --listed --home ./oem',
    )
    .action(async (file: string, options: PublishOptions) => {
      const path = resolve(file);
      const offers = (await offersOf(options)) ?? [];
      const kind = await demandReadable(path);
      if (!options.yes) demandTerminal(output, 'what is published is shown first');
      const api = await openApi(options.home);
      if (kind === 'folder') return publishFolder(api, path, { options, offers, output });
      const name = options.name ?? localName(basename(path));
      const dataset = await sendAsked(
        api,
        { method: 'PUT', path: `/management/v1/datasets/${name}`, body: publication(path, options, offers) },
        { ...{ output, yes: options.yes === true, terms: options }, question: { en: 'Publish it?', zh: '是否发布？' } },
      );
      if (options.yes) for (const line of understoodLines(options)) output.line(line);
      tell(output, dataset, options.yes === true);
      output.result({ ...dataset });
    });
}

function publication(path: string, options: PublishOptions, offers: readonly object[]): object {
  const { title = basename(path), titleZh, listed = false, unregistered } = options;
  return {
    ...{ file: path, mediaType: mediaTypeOf(path), listed, ...described(options) },
    ...{ offers, enrolledOnly: unregistered !== true },
    title: { en: title, ...(titleZh && { zh: titleZh }) },
  };
}

function tell(output: Output, dataset: DatasetView, whole: boolean): void {
  const { id, source, offers } = dataset;
  output.line(words({ en: `Published ${id}`, zh: `已发布 ${id}` }));
  output.line(`  ${source.version}`);
  if (!whole) return;
  for (const line of foundLines(dataset)) output.line(line);
  for (const line of offerLines(offers)) output.line(line);
}

interface Folder {
  readonly options: PublishOptions;
  readonly offers: readonly object[];
  readonly output: Output;
}

interface Told {
  readonly file: string;
  readonly id?: string;
  readonly version?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Each file of a folder becomes a dataset under the same terms, named `folder.file`. One that is refused does not hold up the others;
 * the same command again goes on, and makes new versions of what was published.
 */
async function publishFolder(api: Api, path: string, { options, offers, output }: Folder): Promise<void> {
  const { files = [], skipped = [] } = await api.send<InspectionView>('POST', '/management/v1/inspections', { path });
  for (const { name, why } of skipped) {
    output.line(`${words({ en: 'Passed over', zh: '跳过' })} ${name}: ${words(why)}`);
  }
  if (files.length === 0) throw new CliError('UNREADABLE', `${path} holds no file to publish.`);
  if (options.yes) for (const line of understoodLines(options)) output.line(line);
  const base = options.name ?? basename(path);
  const sent = files.map(({ name, path: file }) => ({
    file: name,
    at: `/management/v1/datasets/${localName(`${base}.${name}`)}`,
    body: publication(file, { ...options, title: options.title ? `${options.title}: ${name}` : name }, offers),
  }));
  const versions = new Map<string, string>();
  const told: Told[] = [];
  const attempt = async (file: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error instanceof CliError) || error.code !== 'REFUSED') throw error;
      told.push({ file, error: { code: error.code, message: error.message } });
      output.line(`${words({ en: 'Refused', zh: '被拒绝' })} ${file}: ${error.message}`);
    });
  };
  if (!options.yes) {
    for (const { file, at, body } of sent) {
      await attempt(file, async () => {
        const preview = await sendShown(api, { method: 'PUT', path: `${at}?preview=true`, body: body }, output);
        versions.set(file, preview.source.version);
        showPreview(output, preview, options);
      });
    }
    if (versions.size === 0) throw refusedAll(path, told);
    const question = { en: `Publish these ${versions.size} files?`, zh: `是否发布以上 ${versions.size} 个文件？` };
    await demandConsent(question, { en: 'Nothing was changed.', zh: '未作任何更改。' });
  }
  for (const { file, at, body } of sent) {
    const version = versions.get(file);
    if (!options.yes && version === undefined) continue;
    await attempt(file, async () => {
      const dataset = await sendShown(
        api,
        { method: 'PUT', path: at, body: { ...body, ...(version && { version }) } },
        output,
      );
      told.push({ file, id: dataset.id, version: dataset.source.version });
      tell(output, dataset, options.yes === true);
    });
  }
  const failed = told.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw refusedAll(path, told);
  output.result({ published: told, skipped });
}

function refusedAll(path: string, told: readonly Told[]): CliError {
  const failed = told.filter(({ error }) => error !== undefined).length;
  const words = `${failed} of ${told.length} files of ${path} were refused; mend them and give the same command again.`;
  return new CliError('REFUSED', words, { data: { files: told } });
}

function givenName(text: string): string {
  if (localNameForm.test(text)) return text;
  throw new InvalidArgumentError('expected 1 to 100 letters, digits, . _ and -, the first of them a letter or digit.');
}
