import { timeWords } from '@causeway/policies';
import { type Words, words } from './language.js';
import { bytes } from './output.js';
import { reasonWords, type UsageView } from './views.js';

/** That somebody asks for an agreement, and people have to decide. */
export const waitingWords = (peer: string, dataset: string, pid: string): Words => ({
  en: `${peer} asks for ${dataset}, and waits for a decision: causeway requests (${pid})`,
  zh: `${peer} 请求 ${dataset}，等待审批：causeway requests（${pid}）`,
});

const states: Readonly<Record<UsageView['state'], Words>> = {
  pending: { en: 'not signed by both yet', zh: '尚未完成签约' },
  inForce: { en: 'in force', zh: '有效' },
  over: { en: 'used up or over', zh: '已用尽或已到期' },
  ended: { en: 'ended', zh: '已终止' },
};

/** An agreement with what was got under it, and what is left of it. */
export function usageLines(usage: UsageView): string[] {
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
