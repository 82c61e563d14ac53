import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { AuditReport } from '@causeway/evidence';
import { Command } from 'commander';
import { refusalsOf } from '../audit/refused.js';
import { checkNames, outcomes } from '../audit/words.js';
import { CliError, fileTrouble } from '../errors.js';
import { words } from '../language.js';
import { homeOption, listOption } from '../options.js';
import type { Output } from '../output.js';
import { whileShown } from '../progress.js';
import { demandNew } from '../writable.js';
import { auditExplainCommand } from './audit-explain.js';
import { auditListCommand } from './audit-list.js';

/** `causeway audit`: what happened, by what the parties signed and the log holds, without trusting anybody. */
export function auditCommand(output: Output): Command {
  return new Command('audit')
    .description('list, explain, export and verify the records of agreements and transfers')
    .addCommand(auditListCommand(output))
    .addCommand(auditExplainCommand(output))
    .addCommand(exportCommand(output))
    .addCommand(verifyCommand(output));
}

function exportCommand(output: Output): Command {
  return new Command('export')
    .description('write all that proves one record into a file that verifies by itself')
    .argument('<id>', 'digest of the agreement, or of a transfer under it its id')
    .requiredOption('--out <file>', 'where to; must not exist yet')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway audit export sha-256:5e02… --out record.json --home ./hydraulics')
    .action(async (id: string, { home, out }: { home: string; out: string }) => {
      const file = resolve(out);
      await demandNew(file, '--out');
      const { recordAt } = await import('../audit/source.js');
      const { agreement, bundle, report, refusals } = await recordAt(home, id);
      await save(file, bundle);
      output.line(`Wrote ${file} (${bundle.length} bytes).`);
      for (const line of refusalsOf(refusals)) output.line(line);
      // Whoever hands it on should know what it will be found to be.
      for (const { code, where, message } of report.findings) output.line(`${code} at ${where}: ${message}`);
      const { ok: verified, findings } = report;
      output.result({ agreement, file, bytes: bundle.length, verified, findings, refusals });
    });
}

async function save(file: string, bundle: Uint8Array): Promise<void> {
  const { ensureDir, writeFileAtomic } = await import('@causeway/platform');
  try {
    await ensureDir(dirname(file));
    await writeFileAtomic(file, bundle);
  } catch (cause) {
    throw new CliError('UNWRITABLE', `${file} cannot be written: ${fileTrouble(cause)}.`, { cause });
  }
}

function verifyCommand(output: Output): Command {
  return new Command('verify')
    .description("verify an exported record; needs nothing but the fingerprint of the authority's statement key")
    .argument('<bundle>', 'the exported file')
    .option(
      '--log <address>',
      'the published log too, to see that it has not changed since: an https: address or a folder',
    )
    .addOption(
      listOption(
        '--key <fingerprints>',
        "fingerprint of the authority's statement key, one of which must have signed",
      ).makeOptionMandatory(),
    )
    .addHelpText('after', '\nExample:\n  causeway audit verify record.json --key Fv1u…')
    .action(async (file: string, { log, key }: { log?: string; key: string[] }) => {
      const bundle = await readFile(file).catch((cause: unknown) => {
        throw new CliError('UNREADABLE', `${resolve(file)} cannot be read: ${fileTrouble(cause)}.`, { cause });
      });
      const { verifyRecord } = await import('../audit/verify-record.js');
      const report = await whileShown(output, { en: 'Verifying', zh: '正在验证' }, () =>
        verifyRecord(bundle, log, key),
      );
      for (const { check, examined, findings } of report.checks) {
        output.line(`${words(outcomes[findings === 0 ? 'holds' : 'wrong'])} ${words(checkNames[check])} (${examined})`);
      }
      for (const { code, where, message } of report.findings) output.line(`${code} at ${where}: ${message}`);
      for (const line of told(report)) output.line(line);
      const seen = {
        verified: report.ok,
        treeSize: report.treeSize.toString(),
        indexes: report.indexes.map(String),
        checks: report.checks,
        findings: report.findings,
        unchecked: report.unchecked,
        ...(report.story && { story: report.story }),
      };
      if (!report.ok) {
        throw new CliError('NOT_VERIFIED', `${resolve(file)} does not verify: ${report.findings.length} finding(s).`, {
          data: seen,
        });
      }
      const alone = log === undefined;
      output.line(
        words({
          en: `${resolve(file)} verifies, ${alone ? 'by itself, up to' : 'against'} a log of ${report.treeSize} leaves.`,
          zh: `${resolve(file)} 验证通过，${alone ? '无需日志，截至' : '对照'} ${report.treeSize} 个叶子的日志。`,
        }),
      );
      for (const text of report.unchecked) {
        output.line(`${words({ en: 'not checked', zh: '未核查' })}: ${words(text)}`);
      }
      output.result(seen);
    });
}

/** What verifies and is still no two-sided story: a reader who sees only "verified" would believe too much. */
function told({ story }: AuditReport): string[] {
  if (!story) return [];
  const lines = story.agreement === 'one-sided' ? ['ONE-SIDED: only one party has signed this agreement.'] : [];
  for (const { story: ending, transfer, start, stopped, token } of story.transfers) {
    const why = stopped ? ` by ${stopped.by} at ${stopped.time}: ${stopped.code}: ${stopped.reason}` : '';
    const which = `transfer ${transfer ?? `that began with ${start}`}`;
    if (ending !== 'agreed') lines.push(`${ending}: ${which}${why}`);
    if (token === 'unbound') lines.push(`UNBOUND: ${which} was open to whoever held its token.`);
  }
  for (const { by, time, code, reason } of story.ended) {
    lines.push(`ENDED: ${by} ended the agreement at ${time}: ${code}: ${reason}`);
  }
  for (const { duty, action, transfer, outcome, result, time, due } of story.duties) {
    const of = transfer === undefined ? '' : ` of transfer ${transfer}`;
    const until = due === undefined ? '' : `, due ${due}`;
    lines.push(`duty ${duty} to ${action}${of}: ${outcome}, ${result} at ${time}${until}`);
  }
  for (const { statement, type, signers } of story.unreleased) {
    lines.push(`NOT RELEASED: ${statement}, ${type}, signed by ${signers.join(' and ')}`);
  }
  return lines;
}
