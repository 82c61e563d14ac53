import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import type { Words } from '../language.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import { type NegotiationView, reasonWords, terms } from '../views.js';

interface Waiting {
  readonly pid: string;
  readonly peer: string;
  readonly dataset: string;
  readonly needed: number;
  readonly why: { readonly code: string; readonly en: string; readonly zh: string };
  readonly given: readonly { readonly operator: string; readonly at: number }[];
  readonly deadline: number;
  readonly words: Words;
}

interface AsOptions {
  readonly home: string;
  readonly key?: string;
}

const mostShown = 1_000;

function keyOption(): Option {
  return new Option('--key <file>', "file with your operator's key (default: the key of the connector)").argParser(
    (file) => resolve(file),
  );
}

/** `causeway requests`: what waits for the decision of people. */
export function requestsCommand(output: Output): Command {
  return new Command('requests')
    .description('list the requests for contracts that wait for the decision of people')
    .addOption(homeOption())
    .addOption(keyOption())
    .option('--cursor <cursor>', 'where an earlier list stopped')
    .addHelpText('after', '\nExample:\n  causeway requests --home ./oem --key ./li.key')
    .action(async ({ home, key, cursor }: AsOptions & { cursor?: string }) => {
      const api = await openApi(home, 'connector', key);
      const page = await collect<Waiting>(api, '/management/v1/approvals', { most: mostShown, cursor });
      if (page.items.length === 0) output.line('Nothing waits.');
      for (const { pid, peer, dataset, needed, why, given, deadline, words: text } of page.items) {
        output.line(pid);
        output.line(`  ${peer} asks for ${dataset}`);
        for (const line of terms({ words: text })) output.line(`    ${line}`);
        output.line(`  ${reasonWords(why)}`);
        const names = given.map(({ operator }) => operator).join(', ');
        output.line(`  approved by ${given.length} of ${needed}${names === '' ? '' : ` (${names})`}`);
        output.line(`  ends undecided at ${new Date(deadline).toISOString()}`);
      }
      if (page.next) output.line(`More: --cursor ${page.next}`);
      output.result({ ...page });
    });
}

/** `causeway approve`: one person's approval. */
export function approveCommand(output: Output): Command {
  return new Command('approve')
    .description('approve a request for a contract; the last approval that is needed agrees')
    .argument('<id>', 'as requests shows it')
    .addOption(homeOption())
    .addOption(keyOption())
    .addHelpText(
      'after',
      '\nExample:\n  causeway approve urn:uuid:0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b --home ./oem --key ./li.key',
    )
    .action(async (id: string, { home, key }: AsOptions) => {
      const api = await openApi(home, 'connector', key);
      const path = `/management/v1/approvals/${encodeURIComponent(id)}/approve`;
      const negotiation = await api.send<NegotiationView>('POST', path, {});
      const { outcome, given = [], needed = 0 } = negotiation.approval ?? {};
      if (outcome === undefined) output.line(`Approved by ${given.length} of ${needed}; it waits for somebody else.`);
      else if (outcome === 'approved') output.line(`Approved: agreed with ${negotiation.peer}.`);
      else output.line(`Not agreed: ${reasonWords(negotiation.reason)}`);
      output.result({ ...negotiation });
    });
}

/** `causeway reject`: one person's refusal ends it. */
export function rejectCommand(output: Output): Command {
  return new Command('reject')
    .description('refuse a request for a contract that waits for approval')
    .argument('<id>', 'as requests shows it')
    .addOption(homeOption())
    .addOption(keyOption())
    .requiredOption('--reason <text>', 'told to whoever asked')
    .addHelpText(
      'after',
      "\nExample:\n  causeway reject urn:uuid:0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b --reason 'not in this quarter' --home ./oem --key ./li.key",
    )
    .action(async (id: string, { home, key, reason }: AsOptions & { reason: string }) => {
      const api = await openApi(home, 'connector', key);
      const path = `/management/v1/approvals/${encodeURIComponent(id)}/reject`;
      const negotiation = await api.send<NegotiationView>('POST', path, { reason });
      output.line(`Rejected the request of ${negotiation.peer}: ${reason}`);
      output.result({ ...negotiation });
    });
}
