import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { ended, settled } from '../following.js';
import { words } from '../language.js';
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
        const what = words({ en: 'The data did not arrive', zh: '数据未送达' });
        throw new CliError('REFUSED', ended(what, transfer), { data: { ...transfer } });
      }
      showReceived(transfer, output);
      output.result({ ...transfer });
    });
}

function showReceived(transfer: TransferView, output: Output): void {
  const { peer, path, digest, oneSided, endLogIndex } = transfer;
  const size = bytes(transfer.bytes ?? 0);
  output.line(words({ en: `Received ${size} from ${peer}`, zh: `已从 ${peer} 接收 ${size}` }));
  output.line(`  ${words({ en: 'file  ', zh: '文件' })} ${path}`);
  output.line(`  ${words({ en: 'digest', zh: '摘要' })} ${digest}`);
  const proof = {
    en: `closing record ${endLogIndex} of the log`,
    zh: `结束记录：日志第 ${endLogIndex} 条`,
  };
  const none = {
    en: 'ONE-SIDED: no closing record came with it; the digest is of what was written',
    zh: '仅单方：没有收到结束记录；摘要按本地写入的内容计算',
  };
  output.line(`  ${words(oneSided ? none : proof)}`);
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
  if (!/^sha-256:[0-9a-f]{64}$/.test(agreement)) {
    const digest = 'sha-256: and 64 digits from 0 to f, as request printed it and causeway usage lists it';
    throw new CliError('USAGE', `'${agreement}' is no agreement: expected its digest, ${digest}.`);
  }
  await api.send('PUT', `/management/v1/transfers/${request}`, { agreement, to, format, ...(purpose && { purpose }) });
  return request;
}
