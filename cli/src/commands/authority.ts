import { Command, Option } from 'commander';
import { openApi } from '../api.js';
import { invitationText } from '../invitation-text.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';
import { announceCommand } from './announce.js';
import { attributeOption, attributesCommand } from './attributes.js';
import { serviceCommand } from './services.js';

interface InviteOptions {
  readonly home: string;
  readonly id?: string;
  readonly role: string;
  readonly attribute?: Readonly<Record<string, string | readonly string[]>>;
}

interface Invited {
  readonly id: string;
  readonly invitation: string;
  readonly fingerprint: string;
  readonly expires: number;
}

interface Waiting {
  readonly id: string;
  readonly participant: string;
  readonly name: string;
  readonly role: string;
  readonly keyFingerprint: string;
  readonly state: string;
}

const roleNames = ['participant', 'broker', 'clearing-house', 'auditor'];
const mostWaiting = 1_000;

/** `causeway authority`: starts the authority; its subcommands are what its operator does. */
export function authorityCommand(output: Output): Command {
  return serviceCommand('authority', output)
    .addCommand(inviteCommand(output))
    .addCommand(pendingCommand(output))
    .addCommand(approveCommand(output))
    .addCommand(rejectCommand(output))
    .addCommand(attributesCommand(output))
    .addCommand(announceCommand(output));
}

function inviteCommand(output: Output): Command {
  return new Command('invite')
    .description('invite somebody into the space; prints the text to hand over')
    .argument('<name>', 'what people call them')
    .addOption(homeOption())
    .option('--id <id>', 'the id they get, e.g. urn:causeway:hydraulics; never given to anyone else')
    .addOption(new Option('--role <role>', 'what they are').choices(roleNames).default('participant'))
    .addOption(attributeOption('what attribute tokens shall say of them'))
    .addHelpText(
      'after',
      '\nExample:\n  causeway authority invite 恒力液压 --id urn:causeway:hydraulics --home ./authority',
    )
    .action(async (name: string, { home, id, role, attribute: attributes }: InviteOptions) => {
      const api = await openApi(home, 'authority');
      const invited = await api.send<Invited>('POST', '/admin/v1/invitations', { name, id, role, attributes });
      const { readInvitation } = await import('@causeway/certs/enrolment');
      const text = invitationText({ ...readInvitation(invited.invitation), ...invited, name });
      output.line(text);
      output.result({ ...invited, text });
    });
}

function pendingCommand(output: Output): Command {
  return new Command('pending')
    .description('list who waits for a decision')
    .addOption(homeOption())
    .option('--cursor <cursor>', 'where an earlier list stopped')
    .addHelpText('after', '\nExample:\n  causeway authority pending --home ./authority')
    .action(async ({ home, cursor }: { home: string; cursor?: string }) => {
      const api = await openApi(home, 'authority');
      const page = await collect<Waiting>(api, '/admin/v1/enrolments?state=pending', { most: mostWaiting, cursor });
      if (page.items.length === 0) output.line('Nobody waits.');
      for (const { id, name, participant, role, keyFingerprint } of page.items) {
        output.line(`${id}  ${name} (${participant}, ${role})  key ${keyFingerprint}`);
      }
      if (page.next) output.line(`More: --cursor ${page.next}`);
      output.result({ ...page });
    });
}

function approveCommand(output: Output): Command {
  return new Command('approve')
    .description('approve an enrolment, after comparing the key fingerprint')
    .argument('<enrolment>', 'as pending shows it')
    .addOption(homeOption())
    .addHelpText(
      'after',
      '\nExample:\n  causeway authority approve 9f1c6d7e-0a4b-4f5c-8f67-2f0a5b1f8e11 --home ./authority',
    )
    .action(async (enrolment: string, { home }: { home: string }) => {
      const api = await openApi(home, 'authority');
      await api.send('POST', `/admin/v1/enrolments/${encodeURIComponent(enrolment)}/approve`, {});
      output.line(`Approved ${enrolment}.`);
      output.result({ enrolment, state: 'approved' });
    });
}

function rejectCommand(output: Output): Command {
  return new Command('reject')
    .description('reject an enrolment')
    .argument('<enrolment>', 'as pending shows it')
    .addOption(homeOption())
    .option('--reason <text>', 'told to whoever enrols', 'refused by the operator')
    .addHelpText(
      'after',
      "\nExample:\n  causeway authority reject 9f1c6d7e-0a4b-4f5c-8f67-2f0a5b1f8e11 --reason 'the fingerprint differs' --home ./authority",
    )
    .action(async (enrolment: string, { home, reason }: { home: string; reason: string }) => {
      const api = await openApi(home, 'authority');
      await api.send('POST', `/admin/v1/enrolments/${encodeURIComponent(enrolment)}/reject`, { reason });
      output.line(`Rejected ${enrolment}: ${reason}`);
      output.result({ enrolment, state: 'rejected', reason });
    });
}
