import type { AuditReport, Finding, Story } from '@causeway/evidence';
import { Explainer, type Recorded, type Step } from './explainer.js';
import type { Refusal } from './releases.js';

/**
 * Tells a verified record in order: the agreement, each transfer, duties and ends, the log. Nothing in it is anybody's word but
 * what the signatures of the report prove.
 *
 * @param transfer only this one's story, with the agreement before it and the log behind it
 */
export function explain(report: AuditReport, refusals: readonly Refusal[] = [], transfer?: string): Step[] {
  const { record, story } = report;
  if (!record || !story) return report.findings.map(found);
  const explainer = new Explainer(report, record, refusals);
  const chosen = story.transfers.filter((one) => transfer === undefined || one.transfer === transfer);
  return [
    ...explainer.agreement(),
    ...chosen.flatMap((one) => explainer.transfer(one.start, one.transfer)),
    ...closing(story, record, explainer, transfer),
    ...logSteps(report, record),
    ...report.findings.map(found),
  ];
}

function found({ code, where, message }: Finding): Step {
  const text = `${code} at ${where}: ${message}`;
  return { step: 'finding', outcome: 'wrong', words: { en: text, zh: text } };
}

/** What comes behind the transfers: duties, who ended the agreement, what was not released. */
function closing(story: Story, { agreement }: Recorded, explainer: Explainer, transfer: string | undefined): Step[] {
  const duties = story.duties.filter((duty) => transfer === undefined || duty.transfer === transfer);
  const told = new Set([agreement, ...story.transfers.map(({ start }) => start)]);
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
  ];
}

/** What the log proves. */
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
