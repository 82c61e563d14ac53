import { Command } from 'commander';
import { openApi } from '../api.js';
import { settled, tellAgreed } from '../following.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import type { NegotiationView } from '../views.js';

/** `causeway accept`: takes what the provider offered instead of what was asked for. */
export function acceptCommand(output: Output): Command {
  return new Command('accept')
    .description('take the offer that a provider made instead of what was asked for, and wait for the agreement')
    .argument('<id>', 'of the negotiation, as request named it')
    .addOption(homeOption())
    .option('--wait <seconds>', 'how long to wait for the agreement', wholeNumber, 120)
    .addHelpText('after', '\nExample:\n  causeway accept 0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b --home ./hydraulics')
    .action(async (id: string, { home, wait }: { home: string; wait: number }) => {
      const api = await openApi(home);
      const path = `/management/v1/negotiations/${encodeURIComponent(id)}`;
      await api.send('POST', `${path}/accept`, {});
      const negotiation = await settled<NegotiationView>({
        ...{ api, path, request: id, home, what: 'negotiation', seconds: wait },
      });
      tellAgreed(output, negotiation, { home });
    });
}
