import type { Diagnosis, Finding, FirewallRule } from '@causeway/connector';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homePaths, readHome, roleWords } from '../home.js';
import { words } from '../language.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { readRunFile } from '../run-file.js';
import { serviceConfig } from '../service-config.js';

/** `causeway doctor`: what a connector needs from its machine and its network, whether it has it, and what to do. */
export function doctorCommand(output: Output): Command {
  return new Command('doctor')
    .description('look at clock, disk, ports, certificate, names and reachability of a connector, and say what to do')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway doctor --home ./hydraulics')
    .action(async ({ home: folder }: { home: string }) => {
      const home = await readHome(folder);
      if (home.role !== 'connector') {
        throw new CliError(
          'HOME_MISSING',
          `${folder} is the home of ${roleWords(home.role)}; this looks at a connector's.`,
        );
      }
      const running = readRunFile(folder) !== undefined;
      const diagnosis = running
        ? await (await openApi(folder)).get<Diagnosis>('/management/v1/diagnosis')
        : await fromOutside(folder);
      for (const finding of diagnosis.findings) output.line(told(finding));
      if (diagnosis.firewall.length > 0) {
        output.line();
        output.line(words(firewallTitle));
        for (const rule of diagnosis.firewall) output.line(`  ${ruleLine(rule)}`);
      }
      const problems = diagnosis.findings.filter(({ level }) => level === 'problem').length;
      output.result({ ...diagnosis, problems });
      output.line();
      output.line(words(summary(problems)));
      if (problems > 0) process.exitCode = 1;
    });
}

/** A connector that does not run is looked at by this process, with its folder. */
async function fromOutside(folder: string): Promise<Diagnosis> {
  const { diagnose } = await import('@causeway/connector');
  const { loadIdentity, TrustError } = await import('@causeway/certs/peer');
  const { systemClock: clock } = await import('@causeway/platform');
  const config = await serviceConfig.connector({ env: process.env, file: homePaths(folder).config });
  try {
    return await diagnose({ config, folder, identity: await loadIdentity(homePaths(folder).identity), clock });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const found = { en: `The identity cannot be used: ${error.message}.`, zh: `身份文件无法使用：${error.message}。` };
    const advice = {
      en: 'Put the identity folder back from a back-up, or ask the operator for a new invitation and join in another folder.',
      zh: '请从备份恢复 identity 文件夹，或向运营方索取新的邀请并在另一文件夹重新加入。',
    };
    return { running: false, firewall: [], findings: [{ check: 'certificate', level: 'problem', found, advice }] };
  }
}

const levels = {
  ok: { en: 'ok     ', zh: '正常' },
  warning: { en: 'warning', zh: '注意' },
  problem: { en: 'PROBLEM', zh: '问题' },
};

function told({ level, found, advice }: Finding): string {
  const line = `${words(levels[level])}  ${words(found)}`;
  return advice ? `${line}\n         → ${words(advice)}` : line;
}

const firewallTitle = {
  en: 'Firewall rules to ask for (TLS 1.3 on both ends: no device on the way may open it):',
  zh: '需申请的防火墙规则（两端均为 TLS 1.3，途中设备不得解密）：',
};

const directions = {
  inbound: { en: 'inbound ', zh: '入站' },
  outbound: { en: 'outbound', zh: '出站' },
};

function ruleLine({ direction, protocol, port, peer, why }: FirewallRule): string {
  const [from, to] = [words({ en: 'from', zh: '来自' }), words({ en: 'to', zh: '去往' })];
  const any = words({ en: 'as announced', zh: '按公布' });
  return `${words(directions[direction])}  ${protocol} ${String(port ?? any).padEnd(5)}  ${direction === 'inbound' ? from : to} ${words(peer)}: ${words(why)}`;
}

function summary(problems: number) {
  if (problems === 0) return { en: 'No problems.', zh: '未发现问题。' };
  return {
    en: `${problems} problem(s): see the lines that begin with →.`,
    zh: `发现 ${problems} 个问题：请按 → 所示处理。`,
  };
}
