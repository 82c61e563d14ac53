import type { AuditReport, Digest, Statement } from '@causeway/evidence';
import type { Words } from '../language.js';
import type { Explainer, Recorded, Releasing, Step } from './explain.js';
import { typeNames } from './words.js';

/** What comes behind the transfers: duties, who ended the agreement, what was not released, and what the log proves. */
export function closing(
  report: AuditReport,
  record: Recorded,
  explainer: Explainer,
  transfer: string | undefined,
): Step[] {
  const { story } = report;
  if (!story) return [];
  const duties = story.duties.filter((duty) => transfer === undefined || duty.transfer === transfer);
  const told = new Set([record.agreement, ...story.transfers.map(({ start }) => start)]);
  return [
    ...duties.map(
      ({ duty, action, transfer: of, outcome, result, due, time }): Step => ({
        step: 'duty',
        outcome: outcome === 'fulfilled' ? 'holds' : 'wrong',
        ...(of !== undefined && { transfer: of }),
        time,
        words: {
          en: `duty ${duty} to ${action}: ${outcome}, ${result}${due === undefined ? '' : `, due ${due}`}, by the consumer's word`,
          zh: `义务 ${duty}（${action}）：${outcome === 'fulfilled' ? '已履行' : '已违反'}，${result}${due === undefined ? '' : `，期限 ${due}`}，据使用方陈述`,
        },
      }),
    ),
    ...story.ended.map(
      ({ by, code, reason, time }): Step => ({
        step: 'ended',
        outcome: 'told',
        time,
        words: { en: `agreement ended by ${by}: ${code}: ${reason}`, zh: `合约由 ${by} 终止：${code}：${reason}` },
      }),
    ),
    ...story.unreleased.flatMap(({ statement, type }) =>
      told.has(statement) ? [] : [explainer.unreleased(statement, type)],
    ),
    ...logSteps(report, record),
  ];
}

function logSteps(report: AuditReport, { entries }: Recorded): Step[] {
  const clean = (...checks: string[]): Step['outcome'] =>
    report.checks.every(({ check, findings }) => findings === 0 || !checks.includes(check)) ? 'holds' : 'wrong';
  const gaps = report.findings.some(({ code }) => code === 'SEQUENCE_BROKEN');
  // Whose envelope came to the log first is chance, and no part of the story.
  const counts = [...new Set(entries.map(({ envelope }) => envelope.signer))]
    .toSorted()
    .map((signer) => `${signer} ${entries.filter(({ envelope }) => envelope.signer === signer).length}`)
    .join(', ');
  const [size, count] = [report.treeSize, entries.length];
  return [
    {
      step: 'log',
      outcome: gaps ? 'wrong' : 'holds',
      words: {
        en: `each signer's records are numbered without a gap: ${counts}`,
        zh: `每个签署方的记录连续编号，无缺号：${counts}`,
      },
    },
    {
      step: 'log',
      outcome: clean('receipts'),
      words: {
        en: `each of the ${count} records has the log's receipt: an inclusion proof under a checkpoint it signed`,
        zh: `全部 ${count} 条记录均有日志的回执：在其签名检查点下的包含证明`,
      },
    },
    {
      step: 'log',
      outcome: clean('consistency', 'log'),
      words: {
        en: `every one of those checkpoints is the beginning of the last one, of ${size} leaves`,
        zh: `这些检查点均为最后一个检查点（${size} 个叶子）的前缀`,
      },
    },
  ];
}

/** A hole is told as whose it is, never passed over. */
export function refusalWords(id: Digest, type: Statement['type'], signers: readonly string[], told: Releasing): Words {
  const asked = told.map(({ party, code, message }) => `${party} (${code}: ${message})`);
  const by = told.length > 0 ? asked.join('; ') : signers.join(', ');
  return {
    en: `statement not released by ${by}: ${id}, ${typeNames[type].en}`,
    zh: `未出示声明：${by}：${id}，${typeNames[type].zh}`,
  };
}
