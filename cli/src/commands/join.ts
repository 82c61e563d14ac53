import type { Enrolment } from '@causeway/certs/enrolment';
import type { Identity, Role } from '@causeway/certs/peer';
import { Command } from 'commander';
import { CliError } from '../errors.js';
import { createHome, homePaths, type ServiceRole } from '../home.js';
import { homeOption, listOption, settings, wholeNumber } from '../options.js';
import type { Output } from '../output.js';

interface JoinOptions {
  readonly home: string;
  readonly dns?: string[];
  readonly ip?: string[];
  readonly set?: string[];
  readonly wait: number;
}

/** `causeway join`: makes the keys, enrols with an invitation, waits for the operator, and writes the home. */
export function joinCommand(output: Output): Command {
  return new Command('join')
    .description('join a data space with the invitation its operator gave you')
    .argument('<invitation>', 'the text of the invitation')
    .addOption(homeOption())
    .addOption(listOption('--dns <names>', 'host names under which others reach this service (default localhost)'))
    .addOption(listOption('--ip <addresses>', 'addresses under which others reach it (default 127.0.0.1)'))
    .option('--set <name=value...>', 'options of the service, e.g. --set dspPort=8443 (docs/configuration.md)')
    .option('--wait <seconds>', 'how long to wait for the operator', wholeNumber, 600)
    .addHelpText('after', '\nExample:\n  causeway join causeway-invitation-v1.eyJhd… --home ./hydraulics')
    .action(async (text: string, options: JoinOptions) => {
      const { enrol, readInvitation } = await import('@causeway/certs/enrolment');
      const { systemClock, systemRandom } = await import('@causeway/platform');
      const invitation = readInvitation(text);
      output.line(`Authority:         ${invitation.authority}`);
      output.line(`Root certificate:  SHA-256 ${invitation.fingerprint}`);
      output.line('Compare this fingerprint with the one the operator told you by another way.');
      const paths = homePaths(options.home);
      const enrolment = await enrol({
        invitation,
        folder: paths.identity,
        addresses: { dns: options.dns ?? ['localhost'], ip: options.ip ?? ['127.0.0.1'] },
        clock: systemClock,
        random: systemRandom,
      });
      output.line(`Enrolment:         ${enrolment.id}`);
      output.line(`Key fingerprint:   ${enrolment.keyFingerprint}`);
      output.line('Tell the operator this key fingerprint. Waiting for approval …');
      output.result({ event: 'waiting', enrolment: enrolment.id, keyFingerprint: enrolment.keyFingerprint });
      const identity = await approval(enrolment, options.wait);
      const role = serviceOf(identity.role);
      const made: Record<string, string> = {};
      if (role === 'clearing-house') {
        // By C2SP a log's origin is its name for ever; the clearing house's id is one.
        const { createLogKey } = await import('@causeway/clearing-house');
        made.vkey = (await createLogKey(options.home, identity.id)).vkey;
      }
      await createHome({ folder: options.home, role }, settings(options.set ?? []));
      output.line(`Joined "${identity.trust.bundle.space}" as ${identity.id} (${identity.role}).`);
      if (made.vkey) output.line(`Log key:           ${made.vkey}`);
      output.line(`Start it: causeway ${role} --home ${options.home}`);
      output.result({ home: options.home, id: identity.id, role: identity.role, enrolment: enrolment.id, ...made });
    });
}

async function approval(enrolment: Enrolment, seconds: number): Promise<Identity> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  try {
    return await enrolment.wait(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CliError(
      'TIMED_OUT',
      `The operator did not decide within ${seconds} s. The keys are kept: run the same command again to go on waiting.`,
      { cause },
    );
  }
}

function serviceOf(role: Role): ServiceRole {
  if (role === 'participant') return 'connector';
  if (role === 'broker' || role === 'clearing-house') return role;
  throw new CliError('USAGE', `The invitation is for the role "${role}", which runs no service.`);
}
