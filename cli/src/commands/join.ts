import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Enrolment, Invitation } from '@causeway/certs/enrolment';
import type { Identity, Role } from '@causeway/certs/peer';
import { Command } from 'commander';
import { CliError } from '../errors.js';
import { createHome, demandFree, type HomeRole, homePaths } from '../home.js';
import { unlessInterrupted } from '../interruption.js';
import { homeOption, listOption, setOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { serviceConfig } from '../service-config.js';

interface JoinOptions {
  readonly home: string;
  readonly dns?: string[];
  readonly ip?: string[];
  readonly set: Readonly<Record<string, string>>;
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
    .addOption(setOption('an option of the service'))
    .option('--wait <seconds>', 'how long to wait for the operator', wholeNumber, 600)
    .addHelpText(
      'after',
      '\nExample:\n  causeway join causeway-invitation-v1.eyJhd… --home ./hydraulics --set dspPort=8443',
    )
    .action(async (text: string, options: JoinOptions) => {
      const { readInvitation } = await import('@causeway/certs/enrolment');
      const invitation = readInvitation(text);
      const { home } = options;
      await demandFree(home);
      output.line(`Authority:         ${invitation.authority}`);
      output.line(`Root certificate:  SHA-256 ${invitation.fingerprint}`);
      output.line('Compare this fingerprint with the one the operator told you by another way.');
      const { identity, enrolment } =
        (await earlier(invitation, home)) ?? (await enrolled(invitation, options, output));
      const role = homeRoleOf(identity.role);
      await checkOptions(role, options.set);
      const made: Record<string, string> = {};
      if (role === 'clearing-house') {
        // By C2SP a log's origin is its name for ever; the clearing house's id is one.
        const { createLogKey } = await import('@causeway/clearing-house');
        made.vkey = (await createLogKey(home, identity.id)).vkey;
      }
      await createHome({ folder: home, role }, options.set);
      output.line(`Joined "${identity.trust.bundle.space}" as ${identity.id} (${identity.role}).`);
      if (made.vkey) output.line(`Log key:           ${made.vkey}`);
      output.line(
        role === 'auditor'
          ? `Look at transfers: causeway audit list --home ${home}`
          : `Start it: causeway ${role} --home ${home}`,
      );
      output.result({ home, id: identity.id, role: identity.role, ...(enrolment && { enrolment }), ...made });
    });
}

interface Joined {
  readonly identity: Identity;
  readonly enrolment?: string;
}

/** The identity that an earlier `join` got before it was stopped, or before a mistake in its options stopped it. */
async function earlier({ root }: Invitation, home: string): Promise<Joined | undefined> {
  const { identityFiles, loadIdentity } = await import('@causeway/certs/peer');
  const folder = homePaths(home).identity;
  if (!existsSync(join(folder, identityFiles.trust))) return undefined;
  const identity = await loadIdentity(folder);
  const bare = (pem: string) => pem.replaceAll(/\s/g, '');
  if (identity.roots.some((known) => bare(known) === bare(root))) return { identity };
  throw new CliError(
    'HOME_TAKEN',
    `${folder} holds an identity of another data space, ${identity.id}. Choose another folder with --home.`,
  );
}

async function enrolled(invitation: Invitation, options: JoinOptions, output: Output): Promise<Joined> {
  const { enrol } = await import('@causeway/certs/enrolment');
  const { systemClock, systemRandom } = await import('@causeway/platform');
  const enrolment = await enrol({
    invitation,
    folder: homePaths(options.home).identity,
    addresses: { dns: options.dns ?? ['localhost'], ip: options.ip ?? ['127.0.0.1'] },
    clock: systemClock,
    random: systemRandom,
  });
  const kept = 'Keys and enrolment are kept: give the same command again to go on waiting.';
  const identity = await unlessInterrupted(
    () => {
      output.line(`Enrolment:         ${enrolment.id}`);
      output.line(`Key fingerprint:   ${enrolment.keyFingerprint}`);
      output.line('Tell the operator this key fingerprint. Waiting for approval …');
      output.result({ event: 'waiting', enrolment: enrolment.id, keyFingerprint: enrolment.keyFingerprint });
      return approval(enrolment, options.wait, kept);
    },
    () => new CliError('INTERRUPTED', `You stopped waiting for the operator. ${kept}`),
  );
  return { identity, enrolment: enrolment.id };
}

async function approval(enrolment: Enrolment, seconds: number, kept: string): Promise<Identity> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  try {
    return await enrolment.wait(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CliError('TIMED_OUT', `The operator did not decide within ${seconds} s. ${kept}`, { cause });
  }
}

function homeRoleOf(role: Role): HomeRole {
  if (role === 'participant') return 'connector';
  if (role === 'broker' || role === 'clearing-house' || role === 'auditor') return role;
  throw new CliError('FAILED', `The invitation is for the role "${role}", which nobody joins with.`);
}

async function checkOptions(role: HomeRole, set: JoinOptions['set']): Promise<void> {
  if (role !== 'auditor') {
    await serviceConfig[role]({ flags: set });
  } else if (Object.keys(set).length > 0) {
    throw new CliError('USAGE', 'An auditor runs no service, so there is nothing to set: leave out --set.');
  }
}
