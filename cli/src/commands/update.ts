import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { demandTerminal } from '../consent.js';
import { datasetPath } from '../dataset-name.js';
import { foundLines, offerLines, standing } from '../dataset-words.js';
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
  understoodLines,
} from '../publication.js';
import type { DatasetView } from '../views.js';

interface UpdateOptions extends OfferOptions, DescriptionOptions {
  readonly home: string;
  readonly listed?: boolean;
  readonly yes?: boolean;
}

/** `causeway update`: another version of a dataset, or other words or terms for it; what is not given stays. */
export function updateCommand(output: Output): Command {
  const command = new Command('update')
    .description('change a dataset: its file, words, terms or listing; what is not given stays')
    .argument('<dataset>', 'name or id of the dataset, as datasets lists it')
    .argument('[file]', 'its new version; with nothing at all, its file is read again where it lies')
    .addOption(homeOption())
    .option('--title <text>', 'title in English')
    .addOption(new Option('--columns', 'tell others the names of the columns again'))
    .option('--listed', 'show its description to every member through the broker')
    .option('--no-listed', 'show it to those alone whom it is offered to')
    .option('--yes', 'do not show it and ask first; needed where there is no terminal to ask on');
  return offerOptions(descriptionOptions(command))
    .addHelpText('after', '\nExample:\n  causeway update orders.csv ./orders-november.csv --home ./oem')
    .action(async (dataset: string, file: string | undefined, options: UpdateOptions) => {
      const offers = await offersOf(options);
      const path = file === undefined ? undefined : resolve(file);
      if (path !== undefined && (await demandReadable(path)) === 'folder') {
        throw new CliError('UNREADABLE', `${path} is a folder; a dataset is one file. Publish the folder instead.`);
      }
      const api = await openApi(options.home);
      if (!options.yes) demandTerminal(output, 'what is changed is shown first');
      const at = datasetPath(dataset);
      const before = await api.get<DatasetView>(at);
      const change = {
        ...changeOf(options, before),
        ...(offers && { offers, enrolledOnly: options.unregistered !== true }),
        ...(path && { file: path, mediaType: mediaTypeOf(path) }),
      };
      const body = Object.keys(change).length === 0 ? { file: before.source.path } : change;
      const after = await sendAsked(
        api,
        { method: 'PATCH', path: at, body },
        { ...{ output, yes: options.yes === true, terms: options }, question: { en: 'Change it?', zh: '是否更改？' } },
      );
      if (options.yes) for (const line of understoodLines(options)) output.line(line);
      tell(output, before, after);
      output.result({ ...after, before: { version: before.source.version } });
    });
}

function changeOf(options: UpdateOptions, before: DatasetView): object {
  const { title, titleZh, listed } = options;
  const titled = { ...before.title, ...(title && { en: title }), ...(titleZh && { zh: titleZh }) };
  return {
    ...described(options),
    ...(title || titleZh ? { title: titled } : {}),
    ...(listed === undefined ? {} : { listed }),
  };
}

function tell(output: Output, before: DatasetView, after: DatasetView): void {
  const { id, source, offers, classification } = after;
  output.line(words({ en: `Changed ${id}`, zh: `已更改 ${id}` }));
  output.line(`  ${source.version}`);
  for (const line of foundLines(after)) output.line(line);
  for (const line of offerLines(offers)) output.line(line);
  if (!after.agreements?.inForce) return;
  const stand = standing(after);
  output.line(
    source.version === before.source.version
      ? words({ en: `${stand.en}: they keep their own terms.`, zh: `${stand.zh}，仍按各自条款执行。` })
      : words({
          en: `${stand.en}: whoever pulls from now on gets the new version, under the terms agreed.`,
          zh: `${stand.zh}：此后按原合约条款获取的是新版本。`,
        }),
  );
  if ((classification ?? 1) > (before.classification ?? 1)) {
    output.line(
      words({
        en: `Agreements that are below the floor of level ${classification} deliver nothing any more; a new one is needed.`,
        zh: `不满足第 ${classification} 级最低要求的合约不再交付数据，须重新签约。`,
      }),
    );
  }
}
