import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { type Words, words } from '../language.js';
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
      if (page.items.length === 0) output.line(words({ en: 'Nothing waits.', zh: '没有待审批的请求。' }));
      for (const { pid, peer, dataset, needed, why, given, deadline, words: text } of page.items) {
        output.line(pid);
        output.line(`  ${words({ en: `${peer} asks for ${dataset}`, zh: `${peer} 请求 ${dataset}` })}`);
        for (const line of terms({ words: text })) output.line(`    ${line}`);
        output.line(`  ${reasonWords(why)}`);
        const names = given.map(({ operator }) => operator).join(', ');
        const by = { en: `approved by ${given.length} of ${needed}`, zh: `已批准 ${given.length}/${needed}` };
        output.line(`  ${words(by)}${names === '' ? '' : ` (${names})`}`);
        const end = new Date(deadline).toISOString();
        output.line(`  ${words({ en: `ends undecided at ${end}`, zh: `${end} 前未作决定即自动结束` })}`);
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
      const { peer, reason } = negotiation;
      const count = `${given.length}/${needed}`;
      if (outcome === undefined) {
        const en = `Approved by ${given.length} of ${needed}; it waits for somebody else.`;
        output.line(words({ en, zh: `已批准 ${count}，尚待其他人员批准。` }));
      } else if (outcome === 'approved') {
        output.line(words({ en: `Approved: agreed with ${peer}.`, zh: `已批准：已与 ${peer} 签订合约。` }));
      } else output.line(`${words({ en: 'Not agreed: ', zh: '未达成合约：' })}${reasonWords(reason)}`);
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
      const { peer } = negotiation;
      output.line(words({ en: `Rejected the request of ${peer}: ${reason}`, zh: `已拒绝 ${peer} 的请求：${reason}` }));
      output.result({ ...negotiation });
    });
}
