import { Command } from 'commander';
import { openApi } from '../api.js';
import { demandConsent, demandTerminal } from '../consent.js';
import { words } from '../language.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { type AgreementView, reasonWords } from '../views.js';

interface StopOptions {
  readonly home: string;
  readonly reason: string;
  readonly yes?: true;
}

/** `causeway stop`: ends an agreement, for good and for both sides. */
export function stopCommand(output: Output): Command {
  return new Command('stop')
    .description('end an agreement for good: nothing new begins under it, and what runs is stopped on both sides')
    .argument('<agreement>', 'digest of the agreement, as request printed it')
    .requiredOption('--reason <text>', 'why; signed, logged, and told to the other party')
    .addOption(homeOption())
    .option('--yes', 'do not ask first; needed where there is no terminal to ask on')
    .addHelpText(
      'after',
      "\nExample:\n  causeway stop sha-256:5e02… --reason 'the project is over' --yes --home ./hydraulics",
    )
    .action(async (digest: string, { home, reason, yes }: StopOptions) => {
      if (!yes) demandTerminal(output, 'an agreement that was ended stays ended');
      const api = await openApi(home);
      const path = `/management/v1/agreements/${encodeURIComponent(digest)}`;
      const before = await api.get<AgreementView>(path);
      if (!before.ended && !yes) {
        const { dataset, peer } = before;
        const question = {
          en: `End the agreement with ${peer} over ${dataset}, for good?`,
          zh: `永久终止与 ${peer} 关于 ${dataset} 的合约？`,
        };
        await demandConsent(question, { en: 'Nothing was ended.', zh: '未作任何更改。' });
      }
      const { peer, ended, negotiation } = await api.send<AgreementView>('POST', `${path}/end`, { reason });
      const text = {
        en: `The agreement with ${peer} has ended: nothing begins under it, and what ran is stopped.`,
        zh: `与 ${peer} 的合约已终止：不再开始新的传输，正在进行的已停止。`,
      };
      output.line(words(text));
      if (ended && before.ended) {
        const had = { en: `${ended.by} had ended it before: `, zh: `此前已由 ${ended.by} 终止：` };
        output.line(`  ${words(had)}${reasonWords(ended.reason)}`);
      }
      const heard = { en: `Whether ${peer} has heard: `, zh: `查看 ${peer} 是否已获知：` };
      output.line(`${words(heard)}causeway show ${negotiation} --home ${home}`);
      output.result({ agreement: digest, peer, ended: { ...ended } });
    });
}
