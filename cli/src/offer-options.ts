import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CliError, fileTrouble } from './errors.js';
import {
  duration,
  futureInstant,
  type GivenInstant,
  listOption,
  memberIdsOption,
  participantsOption,
  wholeNumber,
} from './options.js';

/** What an offer says, as the command line gives it. */
export interface OfferOptions {
  readonly to?: string[];
  readonly action?: string;
  readonly from?: GivenInstant;
  readonly until?: GivenInstant;
  readonly for?: string;
  readonly times?: number;
  readonly purpose?: string[];
  readonly role?: string[];
  readonly place?: string[];
  readonly level?: string;
  readonly system?: string[];
  readonly mask?: string[];
  readonly deleteAfter?: string;
  readonly deleteBy?: GivenInstant;
  readonly sharing?: boolean;
  readonly prohibit?: string[];
  readonly log?: boolean;
  readonly notify?: string;
  readonly auditors?: string[];
  readonly policy?: string;
  readonly declaredOnly?: boolean;
  readonly approval?: boolean;
  readonly negotiable?: boolean;
}

/** Adds the options by which a policy is written, or given. */
export function offerOptions(command: Command): Command {
  const levels = ['base', 'trust', 'trust+'];
  return command
    .addOption(participantsOption('--to <ids>', "the participants it is offered to; '*' for every member"))
    .option(
      '--until <when>',
      'offered until: a date (its first instant here), or 2027-01-01T00:00:00+08:00',
      futureInstant,
    )
    .option('--from <when>', 'not before this, written likewise', futureInstant)
    .option('--for <duration>', 'for so long from the agreement on: P90D', duration)
    .option('--times <n>', 'how often each may have it', wholeNumber)
    .addOption(listOption('--purpose <purposes>', 'the purposes it is offered for'))
    .addOption(listOption('--role <roles>', 'only for who has one of these roles, as the authority attests'))
    .addOption(
      listOption(
        '--place <codes>',
        'only for who is in these countries or regions (ISO 3166), as the authority attests',
      ),
    )
    .addOption(new Option('--level <level>', 'the lowest security level, as the authority attests').choices(levels))
    .addOption(memberIdsOption('--system <ids>', 'only on these connectors'))
    .option('--action <action>', 'what may be done with it, an ODRL action such as read (default use)')
    .option('--no-sharing', 'it must not be passed on')
    .addOption(listOption('--prohibit <actions>', 'what must not be done with it, ODRL actions such as sell'))
    .addOption(
      listOption('--mask <fields>', 'fields to mask before it leaves; with --declared-only, as nobody does it yet'),
    )
    .option('--delete-after <duration>', 'the copy is deleted so long after delivery at most: P30D', duration)
    .option('--delete-by <when>', 'the copy is deleted by then', futureInstant)
    .option('--log', 'each delivery is logged by the other side, too')
    .option('--notify <whom>', "each delivery is reported: to 'us', or to this participant")
    .addOption(memberIdsOption('--auditors <ids>', 'who may see the evidence beside the parties'))
    .option('--policy <file>', 'an ODRL offer instead of all of these')
    .option('--declared-only', 'mark what no software can enforce, for both sides to see, instead of refusing it')
    .option('--approval', 'each agreement on it waits for the approval of a person')
    .option('--negotiable', 'a request for more gets a counter-offer, and not a refusal');
}

/**
 * The offers as the API takes them; undefined when nothing is said of any.
 *
 * @throws CliError USAGE, UNREADABLE for the file of a policy
 */
export async function offersOf(options: OfferOptions): Promise<object[] | undefined> {
  const { policy, approval, negotiable, declaredOnly } = options;
  const terms = termsOf(options);
  const dealing = stated({ approval, negotiable, declaredOnly });
  if (policy !== undefined) {
    if (Object.keys(terms).length > 0) {
      throw new CliError('USAGE', '--policy says everything: leave out --to and what narrows it.');
    }
    return [{ policy: await readPolicy(resolve(policy)), ...dealing }];
  }
  if ('assignees' in terms) return [{ terms, ...dealing }];
  if (Object.keys(terms).length > 0) {
    throw new CliError('USAGE', "Say with --to who may have it: ids with commas between, or '*' for every member.");
  }
  if (Object.keys(dealing).length === 0) return undefined;
  throw new CliError(
    'USAGE',
    '--approval, --negotiable and --declared-only are about an offer: say with --to who may have it.',
  );
}

function termsOf(options: OfferOptions): object {
  const { to, action, from, until, times, purpose, role, place, level, system, mask, prohibit, log, auditors } =
    options;
  const { for: span, deleteAfter, deleteBy, sharing, notify } = options;
  return stated({
    ...{ assignees: to, action, from: from?.text, until: until?.text, duration: span, count: times, purposes: purpose },
    ...{
      roles: role,
      places: place,
      securityLevel: level,
      systems: system,
      mask,
      deleteAfter,
      deleteBy: deleteBy?.text,
    },
    ...{ noSharing: sharing === false ? true : undefined, prohibit, log, auditors },
    notify: notify === 'us' ? true : notify,
  });
}

function stated(members: object): object {
  return JSON.parse(JSON.stringify(members)) as object;
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
