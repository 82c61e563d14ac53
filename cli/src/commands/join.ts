import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Invitation } from '@causeway/certs/enrolment';
import type { Identity, Role } from '@causeway/certs/peer';
import { Command } from 'commander';
import { announced } from '../announced.js';
import { approvedIdentity } from '../approved-identity.js';
import { CliError } from '../errors.js';
import { createHome, demandFree, type HomeRole, homePaths } from '../home.js';
import { type Words, words } from '../language.js';
import { homeOption, listOption, setOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';
import { serviceConfig } from '../service-config.js';
import { runService } from './services.js';

interface JoinOptions {
  readonly home: string;
  readonly file?: string;
  readonly dns?: string[];
  readonly ip?: string[];
  readonly set: Readonly<Record<string, string>>;
  readonly wait: number;
  readonly start?: boolean;
}

/** `causeway join`: makes the keys, enrols with an invitation, waits for the operator, writes the home, and starts. */
export function joinCommand(output: Output): Command {
  return new Command('join')
    .description('join a data space with the invitation its operator gave you')
    .argument('[invitation...]', 'its text, with whatever stands around it; - or nothing: from standard input')
    .addOption(homeOption())
    .option('--file <file>', 'the file with the text of the invitation')
    .addOption(listOption('--dns <names>', 'host names under which others reach this service (default localhost)'))
    .addOption(listOption('--ip <addresses>', 'addresses under which others reach it (default 127.0.0.1)'))
    .addOption(setOption('an option of the service'))
    .option('--wait <seconds>', 'how long to wait for the operator', wholeNumber, 600)
    .option('--start', 'start the service when it has joined (default at a terminal)')
    .option('--no-start', 'only join (default in scripts)')
    .addHelpText(
      'after',
      '\nExample:\n  causeway join --file invitation.txt --home ./hydraulics --dns connector.hydraulics.example',
    )
    .action(async (text: string[], options: JoinOptions) => {
      const { invitationFrom } = await import('../invitation-input.js');
      const invitation = await invitationFrom(text, options.file, () => output.line(words(paste)));
      const { home } = options;
      await demandFree(home);
      const set = { ...reachable(invitation.role, options), ...options.set };
      await checkOptions(homeRoleOf(invitation.role), options.set, set);
      output.line(words(invitedTo(invitation)));
      const { identity, enrolment } =
        (await earlier(invitation, home)) ??
        (await approvedIdentity(invitation, { ...options, identity: homePaths(home).identity }, output));
      const role = homeRoleOf(identity.role);
      const made: Record<string, string> = {};
      if (role === 'clearing-house') {
        // By C2SP a log's origin is its name for ever; the clearing house's id is one.
        const { createLogKey } = await import('@causeway/clearing-house');
        made.vkey = (await createLogKey(home, identity.id)).vkey;
      }
      await createHome({ folder: home, role }, set);
      output.line(words(joined(identity)));
      if (made.vkey) output.line(words({ en: `Log key: ${made.vkey}`, zh: `日志密钥：${made.vkey}` }));
      const start = role !== 'auditor' && (options.start ?? (process.stdout.isTTY && !output.json));
      output.line(words(next(role, home, start)));
      output.result({ home, id: identity.id, role: identity.role, ...(enrolment && { enrolment }), ...made });
      if (!start) return;
      if (role === 'connector') await announced(identity, home, output);
      await runService(role, home, {}, 'info', output);
    });
}

const paste = {
  en: 'Paste the invitation, all of it:',
  zh: '请粘贴邀请全文：',
};

function next(role: HomeRole, home: string, start: boolean): Words {
  const command = `causeway ${role === 'auditor' ? 'audit list' : role} --home ${home}`;
  if (role === 'auditor') return { en: `Look at transfers: ${command}`, zh: `查看传输记录：${command}` };
  if (start) return { en: `Next time: ${command}`, zh: `下次启动：${command}` };
  return { en: `Start it: ${command}`, zh: `启动：${command}` };
}

const invitedTo = ({ space, id, role, authority, fingerprint }: Invitation) => ({
  en: `Invited to "${space}" as ${id} (${role}).
Authority:         ${authority}
Root certificate:  SHA-256 ${fingerprint}
Compare this fingerprint with the one the operator tells you by another way.`,
  zh: `受邀加入“${space}”，标识为 ${id}（${role}）。
认证机构地址：${authority}
根证书指纹：SHA-256 ${fingerprint}
请通过其他途径（如电话）与运营方核对该指纹。`,
});

const joined = ({ trust, id, role }: Identity) => ({
  en: `Joined "${trust.bundle.space}" as ${id} (${role}).`,
  zh: `已加入“${trust.bundle.space}”，标识为 ${id}（${role}）。`,
});

/** Whoever says under which name others come wants them to get in: it listens for them, and tells them that name. */
function reachable(role: Role, { dns, ip }: JoinOptions): Record<string, string> {
  const name = dns?.[0] ?? ip?.[0];
  if (name === undefined || name === 'localhost' || name.startsWith('127.')) return {};
  const everywhere = '0.0.0.0';
  if (role === 'clearing-house') return { grpcHost: everywhere, httpsHost: everywhere };
  if (role === 'broker') return { host: everywhere };
  return role === 'participant' ? { host: everywhere, publicHost: name } : {};
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

function homeRoleOf(role: Role): HomeRole {
  if (role === 'participant') return 'connector';
  if (role === 'broker' || role === 'clearing-house' || role === 'auditor') return role;
  throw new CliError('FAILED', `The invitation is for the role "${role}", which nobody joins with.`);
}

/** Before anything is made or sent. */
async function checkOptions(role: HomeRole, given: JoinOptions['set'], set: JoinOptions['set']): Promise<void> {
  if (role !== 'auditor') {
    await serviceConfig[role]({ flags: set });
  } else if (Object.keys(given).length > 0) {
    throw new CliError('USAGE', 'An auditor runs no service, so there is nothing to set: leave out --set.');
  }
}
