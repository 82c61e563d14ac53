import { Command } from 'commander';
import { openApi } from '../api.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { serviceCommand } from './services.js';

interface Invited {
  readonly id: string;
  readonly invitation: string;
  readonly fingerprint: string;
  readonly expires: number;
}

interface Enrolments {
  readonly items: readonly {
    readonly id: string;
    readonly participant: string;
    readonly name: string;
    readonly role: string;
    readonly keyFingerprint: string;
    readonly state: string;
  }[];
  readonly next?: string;
}

const roleNames = ['participant', 'broker', 'clearing-house', 'auditor'];

/** `causeway authority`: starts the authority; its subcommands are what its operator does. */
export function authorityCommand(output: Output): Command {
  const command = serviceCommand('authority', output);
  command
    .command('invite')
    .description('invite somebody into the space; prints the text to hand over')
    .argument('<name>', 'what people call them')
    .addOption(homeOption())
    .option('--id <id>', 'the id they get, e.g. urn:causeway:hydraulics; never given to anyone else')
    .option('--role <role>', roleNames.join(' | '), 'participant')
    .addHelpText(
      'after',
      '\nExample:\n  causeway authority invite 恒力液压 --id urn:causeway:hydraulics --home ./authority',
    )
    .action(async (name: string, { home, id, role }: { home: string; id?: string; role: string }) => {
      const api = await openApi(home);
      const invited = await api.send<Invited>('POST', '/admin/v1/invitations', { name, id, role });
      output.line(invited.invitation);
      output.line();
      output.line(`For:               ${name} (${invited.id})`);
      output.line(`Root certificate:  SHA-256 ${invited.fingerprint}  — tell them by another way`);
      output.line(`Valid until:       ${new Date(invited.expires).toISOString()}`);
      output.result({ ...invited });
    });
  command
    .command('pending')
    .description('list who waits for a decision')
    .addOption(homeOption())
    .option('--cursor <cursor>', 'the next page')
    .action(async ({ home, cursor }: { home: string; cursor?: string }) => {
      const api = await openApi(home);
      const page = await api.get<Enrolments>(
        `/admin/v1/enrolments?state=pending${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      if (page.items.length === 0) output.line('Nobody waits.');
      for (const { id, name, participant, role, keyFingerprint } of page.items) {
        output.line(`${id}  ${name} (${participant}, ${role})  key ${keyFingerprint}`);
      }
      if (page.next) output.line(`More: --cursor ${page.next}`);
      output.result({ ...page });
    });
  for (const [verb, done] of [
    ['approve', 'Approved'],
    ['reject', 'Rejected'],
  ] as const) {
    command
      .command(verb)
      .description(`${verb} an enrolment, after comparing the key fingerprint`)
      .argument('<enrolment>')
      .addOption(homeOption())
      .option('--reason <text>', 'told to whoever enrols', 'refused by the operator')
      .action(async (enrolment: string, { home, reason }: { home: string; reason: string }) => {
        const api = await openApi(home);
        await api.send('POST', `/admin/v1/enrolments/${enrolment}/${verb}`, verb === 'reject' ? { reason } : {});
        output.line(`${done} ${enrolment}.`);
        output.result({ enrolment, state: verb === 'approve' ? 'approved' : 'rejected' });
      });
  }
  return command.addCommand(announceCommand(output));
}

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

/** Where broker and clearing house are: the next trust bundle tells every participant. */
function announceCommand(output: Output): Command {
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
    .action(async (o: Announced) => {
      const api = await openApi(o.home);
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
