import { timeWords } from '@causeway/policies';
import { Command } from 'commander';
import { type Api, openApi } from '../api.js';
import { datasetId } from '../dataset-name.js';
import { type Words, words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { collect } from '../pages.js';
import { reasonWords, type UsageView } from '../views.js';

interface UsageOptions {
  readonly home: string;
  readonly dataset?: string;
  readonly with?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface Waiting {
  readonly pid: string;
  readonly peer: string;
  readonly dataset: string;
}

/** `causeway usage`: who holds which agreement, what was got under it, and what is left. */
export function usageCommand(output: Output): Command {
  return new Command('usage')
    .description(
      'list the agreements of this firm, as owner and as user: what was pulled under each, and what is left of it',
    )
    .addOption(homeOption())
    .option('--dataset <name>', 'only on this dataset: the name of one of ours, or an id')
    .option('--with <id>', 'only with this participant')
    .option('--limit <n>', 'at most about so many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway usage --dataset orders.csv --home ./oem')
    .action(async (options: UsageOptions) => {
      const { limit, cursor } = options;
      const api = await openApi(options.home);
      const dataset = options.dataset === undefined ? undefined : await datasetId(api, options.dataset);
      const wanted = Object.entries({ dataset, with: options.with }).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(wanted as [string, string][]);
      query.set('limit', String(Math.min(limit, 200)));
      const { items, next } = await collect<UsageView>(api, `/management/v1/usage?${query}`, { most: limit, cursor });
      const waiting = (await waitingFor(api)).filter(
        (one) => (dataset ?? one.dataset) === one.dataset && (options.with ?? one.peer) === one.peer,
      );
      for (const usage of items) for (const line of lines(usage)) output.line(line);
      if (items.length === 0) output.line(words({ en: 'There are none.', zh: '暂无合约。' }));
      for (const { peer, dataset: asked, pid } of waiting) output.line(words(waits(peer, asked, pid)));
      if (next !== undefined) output.line(`${words({ en: 'More:', zh: '更多：' })} --cursor ${next}`);
      output.result({ usage: items, waiting, ...(next !== undefined && { next }) });
    });
}

async function waitingFor(api: Api): Promise<readonly Waiting[]> {
  const { items } = await collect<Waiting>(api, '/management/v1/approvals?limit=200', { most: 200 });
  return items.map(({ pid, peer, dataset }) => ({ pid, peer, dataset }));
}

const waits = (peer: string, dataset: string, pid: string): Words => ({
  en: `${peer} asks for ${dataset}, and waits for a decision: causeway requests (${pid})`,
  zh: `${peer} 请求 ${dataset}，等待审批：causeway requests（${pid}）`,
});

const states: Readonly<Record<UsageView['state'], Words>> = {
  pending: { en: 'not signed by both yet', zh: '尚未完成签约' },
  inForce: { en: 'in force', zh: '有效' },
  over: { en: 'used up or over', zh: '已用尽或已到期' },
  ended: { en: 'ended', zh: '已终止' },
};

function lines(usage: UsageView): string[] {
  const { agreement, role, peer, dataset, state, ended } = usage;
  const who = role === 'provider' ? { en: `${peer} holds`, zh: `${peer} 持有` } : { en: 'we hold', zh: '本方持有' };
  const why = ended === undefined ? '' : ` (${ended.by}: ${reasonWords(ended.reason)})`;
  return [
    `${words(who)} ${dataset}  ${words(states[state])}${why}`,
    `  ${words(pulledWords(usage))}`,
    ...leftWords(usage).map((left) => `  ${words(left)}`),
    `  ${agreement}`,
  ];
}

function pulledWords({ pulled }: UsageView): Words {
  const { times, bytes: size, last, running, refused, more } = pulled;
  const least = more ? { en: 'at least ', zh: '至少 ' } : { en: '', zh: '' };
  const when =
    last === undefined ? { en: '', zh: '' } : { en: `, last ${at(last).en}`, zh: `，最近一次 ${at(last).zh}` };
  return {
    en: `pulled ${least.en}${times === 1 ? 'once' : `${times} times`}, ${bytes(size)}${when.en}; ${running} running, ${refused} refused or broken off`,
    zh: `已获取${least.zh} ${times} 次，${bytes(size)}${when.zh}；进行中 ${running} 次，被拒绝或中断 ${refused} 次`,
  };
}

function leftWords({ left, state }: UsageView): Words[] {
  if (state === 'ended') return [];
  return left.map(({ uses, from, until }) => {
    const said: Words[] = [
      ...(uses ? [{ en: `${uses.left} of ${uses.limit} uses left`, zh: `剩余 ${uses.left}/${uses.limit} 次` }] : []),
      ...(from === undefined ? [] : [{ en: `from ${at(from).en}`, zh: `自 ${at(from).zh} 起` }]),
      ...(until === undefined ? [] : [{ en: `until ${at(until).en}`, zh: `至 ${at(until).zh} 止` }]),
    ];
    if (said.length === 0) return { en: 'no count and no end', zh: '不限次数和期限' };
    return { en: said.map(({ en }) => en).join(', '), zh: said.map(({ zh }) => zh).join('，') };
  });
}

/** To the second: nobody plans by less. */
function at(time: number): Words {
  return timeWords(Math.floor(time / 1_000) * 1_000);
}
