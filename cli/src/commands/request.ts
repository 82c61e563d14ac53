import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { settled, tellAgreed } from '../following.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { isOffered, type NegotiationView, terms } from '../views.js';

interface RequestOptions {
  readonly home: string;
  readonly provider?: string;
  readonly offer?: string;
  readonly wait: number;
}

/** `causeway request`: asks for a contract and waits for the agreement. */
export function requestCommand(output: Output): Command {
  return new Command('request')
    .description('ask for a contract over a dataset and wait for the agreement')
    .argument('<dataset>', 'id of the dataset, as search shows it')
    .addOption(homeOption())
    .option('--provider <id>', 'who publishes it (default: what the id of the dataset begins with)')
    .option('--offer <id>', 'which of its offers (default: the first)')
    .option('--wait <seconds>', 'how long to wait for an answer', wholeNumber, 120)
    .addHelpText('after', '\nExample:\n  causeway request urn:causeway:oem:orders.csv --home ./hydraulics')
    .action(async (dataset: string, { home, provider, offer, wait }: RequestOptions) => {
      const api = await openApi(home);
      const request = randomUUID();
      const path = `/management/v1/negotiations/${request}`;
      await api.send('PUT', path, { dataset, ...(provider && { provider }), ...(offer && { offer }) });
      const negotiation = await settled<NegotiationView>({
        ...{ api, path, request, home, what: 'negotiation', seconds: wait },
      });
      if (isOffered(negotiation)) {
        const { peer } = negotiation;
        output.line(
          words({ en: `${peer} does not grant that, and offers instead:`, zh: `${peer} 不同意该请求，另行提出：` }),
        );
        for (const line of terms(negotiation)) output.line(`  ${line}`);
        output.line(`${words({ en: 'Take it: ', zh: '接受：' })}causeway accept ${request} --home ${home}`);
        return output.result({ ...negotiation });
      }
      tellAgreed(output, negotiation, { home, shown: terms(negotiation) });
    });
}
