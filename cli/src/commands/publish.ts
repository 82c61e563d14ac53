import { access, constants, readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openApi } from '../api.js';
import { localName, localNameForm } from '../dataset-name.js';
import { CliError, fileTrouble } from '../errors.js';
import { futureInstant, homeOption, listOption, participantsOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { type DatasetView, terms } from '../views.js';

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
  readonly role?: string[];
  readonly place?: string[];
  readonly level?: string;
  readonly for?: string;
  readonly deleteAfter?: string;
  readonly policy?: string;
  readonly declaredOnly?: boolean;
  readonly classification?: string;
  readonly domain?: string;
  readonly approval?: boolean;
  readonly negotiable?: boolean;
  readonly listed?: boolean;
}

const domains = ['research', 'production', 'operation', 'management', 'external', 'platform', 'enterprise'];
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
    .description(
      'publish a file as a dataset; without --to or --policy nobody may have it; the same name again is a new version',
    )
    .argument('<file>', 'the file; it stays where it is, and is sent from there')
    .addOption(homeOption())
    .option('--name <name>', 'local name of the dataset (default: made from the name of the file)', givenName)
    .option('--title <text>', 'title in English (default: the name of the file)')
    .option('--title-zh <text>', 'title in Chinese')
    .addOption(listOption('--keywords <words>', 'words to be found by'))
    .option('--category <category>', 'a facet of the search')
    .addOption(participantsOption('--to <ids>', "the participants it is offered to; '*' for every member"))
    .option('--until <instant>', 'offered until, with zone: 2027-01-01T00:00:00+08:00', futureInstant)
    .option('--times <n>', 'how often each may have it', wholeNumber)
    .addOption(listOption('--purpose <purposes>', 'the purposes it is offered for'))
    .addOption(listOption('--role <roles>', 'only for who has one of these roles, as the authority attests'))
    .addOption(
      listOption(
        '--place <codes>',
        'only for who is in these countries or regions (ISO 3166), as the authority attests',
      ),
    )
    .addOption(
      new Option('--level <level>', 'the lowest security level, as the authority attests').choices([
        'base',
        'trust',
        'trust+',
      ]),
    )
    .option('--for <duration>', 'for so long from the agreement on: P90D')
    .option('--delete-after <duration>', 'the copy is deleted so long after delivery at most: P30D')
    .option('--policy <file>', 'an ODRL offer instead of all of these')
    .option('--declared-only', 'mark what no software can enforce, for both sides to see, instead of refusing it')
    .addOption(new Option('--classification <level>', 'of the guideline; 3 is the highest').choices(['1', '2', '3']))
    .addOption(new Option('--domain <domain>', 'of the guideline').choices(domains))
    .option('--approval', 'each agreement on it waits for the approval of a person')
    .option('--negotiable', 'a request for more gets a counter-offer, and not a refusal')
    .option('--listed', 'show its description to every member through the broker')
    .addHelpText(
      'after',
      '\nExample:\n  causeway publish orders.csv --to urn:causeway:hydraulics --until 2027-01-01T00:00:00Z --times 10 --listed --home ./oem',
    )
    .action(async (file: string, options: PublishOptions) => {
      const path = resolve(file);
      const { approval, negotiable, declaredOnly } = options;
      const dealing = JSON.parse(JSON.stringify({ approval, negotiable, declaredOnly })) as object;
      const offers = (await offersOf(options)).map((offer) => ({ ...offer, ...dealing }));
      if (offers.length === 0 && Object.keys(dealing).length > 0) {
        throw new CliError(
          'USAGE',
          '--approval, --negotiable and --declared-only are about an offer: say with --to who may have it.',
        );
      }
      await demandFile(path);
      const api = await openApi(options.home);
      const name = options.name ?? localName(basename(path));
      const dataset = await api.send<DatasetView>(
        'PUT',
        `/management/v1/datasets/${name}`,
        {
          file: path,
          title: { en: options.title ?? basename(path), ...(options.titleZh && { zh: options.titleZh }) },
          mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
          listed: options.listed ?? false,
          ...(options.classification && { classification: Number(options.classification) }),
          ...(options.domain && { domain: options.domain }),
          ...(options.keywords && { keywords: options.keywords }),
          ...(options.category && { category: options.category }),
          offers,
        },
        { long: true },
      );
      output.line(`Published ${dataset.id}`);
      output.line(`  ${bytes(dataset.source.bytes)}, ${dataset.source.version}`);
      if (dataset.offers.length === 0) output.line('  offered to nobody');
      for (const offer of dataset.offers) {
        output.line(`  offer ${offer.id}`);
        for (const line of terms(offer)) output.line(`    ${line}`);
      }
      output.result({ ...dataset });
    });
}

function givenName(text: string): string {
  if (localNameForm.test(text)) return text;
  throw new InvalidArgumentError('expected 1 to 100 letters, digits, . _ and -, the first of them a letter or digit.');
}

/** Before anything is asked of the connector, so that the message can name what is wrong with the file. */
async function demandFile(path: string): Promise<void> {
  const unreadable = (why: string, cause?: unknown) =>
    new CliError('UNREADABLE', `${path} cannot be published: ${why}. Name the file that holds the data.`, { cause });
  try {
    if (!(await stat(path)).isFile()) throw unreadable('it is no file');
    await access(path, constants.R_OK);
  } catch (cause) {
    throw cause instanceof CliError ? cause : unreadable(fileTrouble(cause), cause);
  }
}

async function offersOf(options: PublishOptions): Promise<object[]> {
  const { policy, to, until, times, purpose, role, place, level, for: duration, deleteAfter } = options;
  const narrowed = {
    ...{ assignees: to, until, count: times, purposes: purpose, roles: role, places: place, securityLevel: level },
    ...{ duration, deleteAfter },
  };
  const given = Object.values(narrowed).some((value) => value !== undefined);
  if (policy !== undefined) {
    if (!given) return [{ policy: await readPolicy(resolve(policy)) }];
    throw new CliError('USAGE', '--policy says everything: leave out --to and what narrows it.');
  }
  if (to) return [{ terms: JSON.parse(JSON.stringify(narrowed)) as object }];
  if (!given) return [];
  throw new CliError('USAGE', "Say with --to who may have it: ids with commas between, or '*' for every member.");
}

async function readPolicy(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError('UNREADABLE', `${path} cannot be read: ${fileTrouble(cause)}. --policy names an ODRL offer.`, {
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('UNREADABLE', `${path} is no JSON: ${(cause as Error).message}. --policy names an ODRL offer.`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new CliError('UNREADABLE', `${path} holds no JSON object. --policy names an ODRL offer.`);
}
