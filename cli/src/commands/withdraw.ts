import { Command } from 'commander';
import { openApi } from '../api.js';
import { demandConsent, demandTerminal } from '../consent.js';
import { datasetPath } from '../dataset-name.js';
import { standing, titleOf } from '../dataset-words.js';
import { words } from '../language.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import type { DatasetView } from '../views.js';

interface WithdrawOptions {
  readonly home: string;
  readonly reason: string;
  readonly yes?: true;
}

/** `causeway withdraw`: offers a dataset to nobody any more. */
export function withdrawCommand(output: Output): Command {
  return new Command('withdraw')
    .description('offer a dataset to nobody any more; agreements that exist stand until they are stopped')
    .argument('<dataset>', 'name or id of the dataset, as datasets lists it')
    .requiredOption('--reason <text>', 'why; kept with the dataset, told to nobody')
    .addOption(homeOption())
    .option('--yes', 'do not ask first; needed where there is no terminal to ask on')
    .addHelpText('after', "\nExample:\n  causeway withdraw orders.csv --reason 'replaced by order-lines' --home ./oem")
    .action(async (name: string, { home, reason, yes }: WithdrawOptions) => {
      const api = await openApi(home);
      if (!yes) demandTerminal(output, 'others find a withdrawn dataset no more');
      const path = datasetPath(name);
      const before = await api.get<DatasetView>(path);
      const stand = standing(before);
      if (before.withdrawn === undefined && !yes) {
        output.line(`${before.id}  ${titleOf(before)}`);
        output.line(words(meaning(stand)));
        await demandConsent(
          { en: 'Withdraw it?', zh: '是否撤回？' },
          { en: 'Nothing was withdrawn.', zh: '未作任何更改。' },
        );
      }
      const after = await api.send<DatasetView>('DELETE', `${path}?reason=${encodeURIComponent(reason)}`);
      output.line(words({ en: `Withdrawn: ${after.id}`, zh: `已撤回：${after.id}` }));
      output.line(words(meaning(stand)));
      const { id, source } = after;
      const again = `causeway publish ${source.path} --name ${id.slice(id.lastIndexOf(':') + 1)} --home ${home}`;
      output.line(words({ en: `To offer it again: ${again} --to …`, zh: `如需重新发布：${again} --to …` }));
      output.result({ ...after });
    });
}

function meaning(stand: { readonly en: string; readonly zh: string }) {
  return {
    en: `Nobody finds it or asks for it any more. ${stand.en}: who holds one may pull as before; end it with causeway stop.`,
    zh: `其他成员将无法再找到或请求该数据。${stand.zh}：持有方仍可按合约获取；如需终止，请使用 causeway stop。`,
  };
}
