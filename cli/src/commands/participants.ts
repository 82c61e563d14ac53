import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import { livenessWords } from '../views.js';

interface Participant {
  readonly id: string;
  readonly name?: string;
  readonly state: string;
  readonly lastHeartbeat: number;
  readonly datasets: number;
  readonly certificateExpires?: number;
  readonly since?: number;
  readonly reason?: string;
}

interface ListOptions {
  readonly home: string;
  readonly state?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const path = '/management/v1/participants';
const states = ['pending', 'online', 'late', 'gone', 'rejected', 'removed'];

/** `causeway participants`: who registers with a broker; its subcommands are what its operator decides. */
export function participantsCommand(output: Output): Command {
  return new Command('participants')
    .description('list who registers with this broker: how alive, how many datasets, until when certified')
    .addOption(homeOption())
    .addOption(new Option('--state <state>', 'only those that are so').choices(states))
    .option('--limit <n>', 'about how many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway participants --state pending --home ./broker')
    .action(async ({ home, state, limit, cursor }: ListOptions) => {
      const api = await openApi(home, 'broker');
      const query = new URLSearchParams({ limit: String(Math.min(limit, 200)), ...(state !== undefined && { state }) });
      const page = await collect<Participant>(api, `${path}?${query}`, { most: limit, cursor });
      if (page.items.length === 0) output.line(words({ en: 'There is nobody.', zh: '没有参与方。' }));
      for (const participant of page.items) for (const line of told(participant)) output.line(line);
      if (page.next) {
        const narrowed = state === undefined ? '' : ` --state ${state}`;
        const more = `causeway participants${narrowed} --limit ${limit} --cursor ${page.next} --home ${home}`;
        output.line(`${words({ en: 'More', zh: '下一页' })}: ${more}`);
      }
      output.result({ ...page });
    })
    .addCommand(approveCommand(output))
    .addCommand(refusingCommand('reject', output))
    .addCommand(refusingCommand('remove', output));
}

function approveCommand(output: Output): Command {
  return new Command('approve')
    .description('let a participant in that waits, or again one that was rejected or removed')
    .argument('<id>', 'as participants lists it')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway participants approve urn:causeway:hydraulics --home ./broker')
    .action(async (id: string, { home }: { home: string }) => {
      const api = await openApi(home, 'broker');
      const participant = await api.send<Participant>('POST', `${path}/${encodeURIComponent(id)}/approve`);
      output.line(
        words({
          en: `Approved ${id}: it is listed once its connector comes again, which it does every half minute.`,
          zh: `已批准 ${id}：其连接器下次上报后（约半分钟一次）即列出。`,
        }),
      );
      output.result({ ...participant });
    });
}

const refusals = {
  reject: { what: 'refuse a participant that waits to be let in', reason: 'not a member of ours' },
  remove: {
    what: 'hide what a participant lists at once, and refuse it until it is approved again',
    reason: 'the data is made up',
  },
} as const;

function refusingCommand(decision: keyof typeof refusals, output: Output): Command {
  return new Command(decision)
    .description(refusals[decision].what)
    .argument('<id>', 'as participants lists it')
    .addOption(homeOption())
    .requiredOption('--reason <text>', 'why; the participant is told')
    .addHelpText(
      'after',
      `\nExample:\n  causeway participants ${decision} urn:causeway:hydraulics --reason '${refusals[decision].reason}' --home ./broker`,
    )
    .action(async (id: string, { home, reason }: { home: string; reason: string }) => {
      const api = await openApi(home, 'broker');
      const participant = await api.send<Participant>('POST', `${path}/${encodeURIComponent(id)}/${decision}`, {
        reason,
      });
      const done = decision === 'remove' ? { en: 'Removed', zh: '已移除' } : { en: 'Rejected', zh: '已拒绝' };
      const back = `causeway participants approve ${id} --home ${home}`;
      output.line(`${words(done)} ${id}: ${participant.reason ?? reason}`);
      output.line(words({ en: `To take it back: ${back}`, zh: `如需撤回：${back}` }));
      output.result({ ...participant });
    });
}

/** A participant for people: who it is, how it stands, until when. */
function told({ id, name, state, datasets, ...times }: Participant): string[] {
  const { lastHeartbeat, certificateExpires, since, reason } = times;
  const heard = new Date(lastHeartbeat).toISOString();
  const certified = certificateExpires === undefined ? '–' : new Date(certificateExpires).toISOString();
  const because = [since === undefined ? undefined : new Date(since).toISOString(), reason].filter(Boolean).join(', ');
  return [
    `${id}${name === undefined ? '' : `  ${name}`}`,
    `  ${words(livenessWords(state))}${because === '' ? '' : ` (${because})`}`,
    words({
      en: `  ${datasets} dataset(s), last heard of ${heard}, certified until ${certified}`,
      zh: `  数据集 ${datasets} 个，最近心跳 ${heard}，证书有效期至 ${certified}`,
    }),
  ];
}
