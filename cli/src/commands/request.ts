import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { type Api, openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { type NegotiationView, waits, words } from '../views.js';

const pollSeconds = 20;

/** `causeway request`: asks for a contract and waits for the agreement. */
export function requestCommand(output: Output): Command {
  return new Command('request')
    .description('ask for a contract over a dataset and wait for the agreement')
    .argument('<dataset>', 'id of the dataset, as search shows it')
    .addOption(homeOption())
    .option('--provider <id>', 'who publishes it (default: what the id begins with)')
    .option('--offer <id>', 'which of its offers (default: the first that fits)')
    .option('--wait <seconds>', 'how long to wait for an answer', wholeNumber, 120)
    .addHelpText('after', '\nExample:\n  causeway request urn:causeway:oem:orders.csv --home ./hydraulics')
    .action(async (dataset: string, options: { home: string; provider?: string; offer?: string; wait: number }) => {
      const api = await openApi(options.home);
      const path = `/management/v1/negotiations/${randomUUID()}`;
      await api.send('PUT', path, {
        provider: options.provider ?? dataset.slice(0, dataset.lastIndexOf(':')),
        dataset,
        ...(options.offer && { offer: options.offer }),
      });
      const negotiation = await settled<NegotiationView>(api, path, options.wait);
      if (negotiation.state !== 'FINALIZED') {
        throw new CliError('REFUSED', ended('The contract was not agreed', negotiation), {
          data: { ...negotiation },
        });
      }
      output.line(`Agreed with ${negotiation.peer} over ${negotiation.dataset}`);
      output.line(`  agreement ${negotiation.agreement}`);
      output.line(`Get the data: causeway pull ${negotiation.agreement} --to FILE --home ${options.home}`);
      output.result({ ...negotiation });
    });
}

/**
 * Asks until the process cannot go on by itself any more. The service answers as soon as something changed.
 * @throws CliError TIMED_OUT; what was asked for goes on without us
 */
export async function settled<View extends Pick<NegotiationView, 'state' | 'parked'>>(
  api: Api,
  path: string,
  seconds: number,
  each: (view: View) => void = () => undefined,
  done: (view: View) => boolean = (view) => !waits(view),
): Promise<View> {
  const until = performance.now() + seconds * 1_000;
  for (;;) {
    const left = (until - performance.now()) / 1_000;
    const view = await api.get<View>(`${path}?wait=${Math.max(1, Math.min(pollSeconds, Math.ceil(left)))}`);
    each(view);
    if (done(view)) return view;
    if (performance.now() >= until) {
      throw new CliError(
        'TIMED_OUT',
        `It is ${view.state} after ${seconds} s and goes on by itself; look again with GET ${path}.`,
        { data: { ...view } },
      );
    }
  }
}

export function ended(what: string, { reason, parked, state }: Partial<NegotiationView>): string {
  return `${what} (${parked ? 'parked' : state}): ${words(parked ?? reason)}`;
}
