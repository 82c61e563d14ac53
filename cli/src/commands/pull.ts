import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { ended, settled } from '../following.js';
import { homeOption, wholeNumber } from '../options.js';
import { bytes, type Output } from '../output.js';
import { startProgress } from '../progress.js';
import { type TransferView, waits } from '../views.js';
import { demandNew } from '../writable.js';

interface PullOptions {
  readonly home: string;
  readonly to?: string;
  readonly resume?: string;
  readonly purpose?: string;
  readonly format: string;
  readonly wait: number;
}

/** `causeway pull`: gets the data of an agreement into a file. */
export function pullCommand(output: Output): Command {
  return new Command('pull')
    .description(
      'get the data of an agreement into a file, verified and logged; Ctrl-C stops the waiting, not the transfer',
    )
    .argument('[agreement]', 'digest of the agreement, as request printed it')
    .option('--to <file>', 'where the data goes; must not exist yet')
    .option('--resume <transfer>', 'wait again for a transfer that was asked for before; nothing new is asked for')
    .addOption(homeOption())
    .option('--purpose <purpose>', 'what for; recorded as declared by you')
    .addOption(
      new Option('--format <format>', 'how it comes')
        .choices(['GrpcData-PULL', 'HttpData-PULL'])
        .default('GrpcData-PULL'),
    )
    .option('--wait <seconds>', 'how long to wait for the end', wholeNumber, 86_400)
    .addHelpText('after', '\nExample:\n  causeway pull sha-256:5e02… --to ./orders.csv --home ./hydraulics')
    .action(async (agreement: string | undefined, options: PullOptions) => {
      const { home, wait } = options;
      const request = options.resume ?? (await ask(agreement, options));
      const api = await openApi(home);
      const path = `/management/v1/transfers/${encodeURIComponent(request)}`;
      const progress = startProgress(output, { en: 'Receiving', zh: '接收' });
      const transfer = await settled<TransferView>({
        ...{ api, path, request, home, what: 'transfer', seconds: wait },
        again: `causeway pull --resume ${request} --home ${home}`,
        ...(output.quiet ? {} : { seen: ({ bytes: done, size }) => progress.show(done ?? 0, size) }),
        // The closing record is what proves the transfer: a completed one is not done before it is in the log.
        done: (view) =>
          view.state === 'COMPLETED' ? view.oneSided === true || view.endLogIndex !== undefined : !waits(view),
      }).finally(() => progress.close());
      if (transfer.state !== 'COMPLETED') {
        throw new CliError('REFUSED', ended('The data did not arrive', transfer), { data: { ...transfer } });
      }
      output.line(`Received ${bytes(transfer.bytes ?? 0)} from ${transfer.peer}`);
      output.line(`  file   ${transfer.path}`);
      output.line(`  digest ${transfer.digest}`);
      const proof = `  closing record ${transfer.endLogIndex} of the log`;
      output.line(
        transfer.oneSided ? '  ONE-SIDED: no closing record came with it; the digest is of what was written' : proof,
      );
      output.result({ ...transfer });
    });
}

/** Asks the connector for the transfer, under an id chosen here; what it is then is the connector's. */
async function ask(agreement: string | undefined, { home, format, purpose, ...options }: PullOptions): Promise<string> {
  if (agreement === undefined || options.to === undefined) {
    throw new CliError('USAGE', 'Say which agreement and, with --to, which file; or --resume and which transfer.');
  }
  const to = resolve(options.to);
  await demandNew(to, '--to');
  const request = randomUUID();
  const api = await openApi(home);
  await api.send('PUT', `/management/v1/transfers/${request}`, { agreement, to, format, ...(purpose && { purpose }) });
  return request;
}
