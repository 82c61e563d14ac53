import { Command } from 'commander';
import { openApi } from '../api.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';

interface Announced {
  readonly home: string;
  readonly brokerId: string;
  readonly brokerHttps: string;
  readonly brokerGrpc: string;
  readonly clearingHouseId: string;
  readonly clearingHouseHttps: string;
  readonly clearingHouseGrpc: string;
  readonly vkey: string;
}

const example = `
Example:
  causeway authority services --home ./authority \\
    --broker-id urn:causeway:broker --broker-https https://localhost:7411 --broker-grpc localhost:7410 \\
    --clearing-house-id urn:causeway:clearing-house --clearing-house-https https://localhost:7462 \\
    --clearing-house-grpc localhost:7461 --vkey urn:causeway:clearing-house+1a2b3c4d+AQ…`;

/** Where broker and clearing house are: the next trust bundle tells every participant. */
export function announceCommand(output: Output): Command {
  return new Command('services')
    .description('announce the addresses of broker and clearing house in the trust bundle')
    .addOption(homeOption())
    .requiredOption('--broker-id <id>')
    .requiredOption('--broker-https <url>')
    .requiredOption('--broker-grpc <host:port>')
    .requiredOption('--clearing-house-id <id>')
    .requiredOption('--clearing-house-https <url>', 'where checkpoint and tiles are')
    .requiredOption('--clearing-house-grpc <host:port>')
    .requiredOption('--vkey <vkey>', "the log's verifier key, as 'causeway join' printed it")
    .addHelpText('after', example)
    .action(async (o: Announced) => {
      const api = await openApi(o.home, 'authority');
      const services = {
        broker: { id: o.brokerId, https: o.brokerHttps, grpc: o.brokerGrpc },
        clearingHouse: {
          id: o.clearingHouseId,
          https: o.clearingHouseHttps,
          grpc: o.clearingHouseGrpc,
          origin: o.vkey.split('+')[0],
          vkey: o.vkey,
        },
      };
      await api.send('PUT', '/admin/v1/services', services);
      output.line('Announced. Members learn of it when their services start next.');
      output.result(services);
    });
}
