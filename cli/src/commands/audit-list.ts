import { Command } from 'commander';
import type { Audited } from '../audit/desk.js';
import { refusalsOf } from '../audit/refused.js';
import { states } from '../audit/words.js';
import { CliError } from '../errors.js';
import { readHome, roleWords } from '../home.js';
import { words } from '../language.js';
import { homeOption, wholeNumber } from '../options.js';
import type { Output } from '../output.js';

interface ListOptions {
  readonly home: string;
  readonly cursor?: string;
  readonly limit: number;
}

interface Row {
  readonly when?: string;
  readonly provider: string;
  readonly consumer: string;
  readonly dataset?: string;
  readonly state: keyof typeof states;
  readonly transfer?: string;
  readonly agreement: string;
  readonly record: string;
  /** What does not hold in the record. */
  readonly findings: number;
}

/** Records audited at once: each asks two connectors. */
const most = 100;

/** `causeway audit list`: the transfers that an auditor may see. */
export function auditListCommand(output: Output): Command {
  return new Command('list')
    .description("list the transfers an auditor may see; from an auditor's home")
    .addOption(homeOption())
    .option('--limit <n>', `records on a page, at most ${most}`, wholeNumber, 20)
    .option('--cursor <cursor>', 'go on where the list before stopped')
    .addHelpText('after', '\nExample:\n  causeway audit list --home ./auditor')
    .action(async ({ home, cursor, limit }: ListOptions) => {
      const { role, folder } = await readHome(home);
      if (role !== 'auditor') {
        const message = `${folder} is the home of ${roleWords(role)}; an auditor lists what agreements let it see. A party sees its own: causeway usage`;
        throw new CliError('HOME_MISSING', message);
      }
      const { AuditDesk } = await import('../audit/desk.js');
      await using desk = await AuditDesk.open(home);
      const { records, next } = await desk.page({ limit: Math.min(limit, most), ...(cursor && { cursor }) });
      const transfers: Row[] = [];
      const refusals = [];
      for (const record of records) {
        const audited = await desk.audit(record);
        transfers.push(...rowsOf(audited));
        refusals.push(...audited.refusals);
      }
      for (const row of transfers) for (const line of told(row)) output.line(line);
      for (const line of refusalsOf(refusals)) output.line(line);
      if (transfers.length === 0) output.line(words({ en: 'There is none.', zh: '没有。' }));
      if (next !== '') output.line(`${words({ en: 'More: ', zh: '更多：' })}--cursor ${next}`);
      output.result({ transfers, refusals, ...(next !== '' && { next }) });
    });
}

function rowsOf({ seen, report }: Audited): Row[] {
  const { id: record, agreement, provider, consumer } = seen;
  const shared = { provider, consumer, agreement, record, findings: report.findings.length };
  const statements = report.record?.statements ?? [];
  const agreed = statements.find(({ statement }) => statement.type === 'agreement')?.statement;
  const target = agreed?.type === 'agreement' ? { dataset: String(agreed.agreement.target), when: agreed.time } : {};
  const transfers = report.story?.transfers ?? [];
  if (transfers.length === 0) return [{ ...target, ...shared, state: 'none' }];
  return transfers.map(({ start, transfer, story }) => {
    const said = statements.find(({ id }) => id === start)?.statement;
    const began = said?.type === 'transfer-start' ? { dataset: said.dataset, when: said.time } : target;
    return { ...began, ...shared, state: story, ...(transfer !== undefined && { transfer }) };
  });
}

function told(row: Row): string[] {
  const { when, provider, consumer, dataset, state, transfer, agreement, findings } = row;
  const unknown = words({ en: '(not released)', zh: '（未出示）' });
  const wrong = words({ en: `${findings} thing(s) do not hold`, zh: `${findings} 处不成立` });
  return [
    `${when ?? '-'.padEnd(24)}  ${words(states[state])}`,
    `  ${provider} -> ${consumer}  ${dataset ?? unknown}`,
    `  ${transfer ?? agreement}`,
    ...(findings > 0 ? [`  FAIL ${wrong}`] : []),
  ];
}
