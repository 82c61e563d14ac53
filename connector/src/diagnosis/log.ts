import type { Clock } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { ClearingLog } from '../logging/evidence-log.js';
import type { Records } from '../records.js';
import { type Finding, ok, trouble } from './finding.js';

/** Whether the log can be read now, and how old what we know of it is. */
export async function logFinding(evidence: ClearingLog, records: Records, clock: Clock): Promise<Finding> {
  const refusal = await evidence.refresh().catch((error: unknown) => {
    if (error instanceof ConnectorError) return error;
    throw error;
  });
  const { distrusted, size = '0', depth } = await evidence.status();
  if (distrusted) {
    return trouble(
      'problem',
      'log',
      { en: `The log is not believed: ${distrusted.en}`, zh: `存证日志不再可信：${distrusted.zh}` },
      {
        en: 'Stop exchanging data, keep this folder as it is, and call the operator and an auditor: the proof is in the store.',
        zh: '请停止数据交换，原样保留该文件夹，并联系运营方与审计方：证据已保存在库中。',
      },
    );
  }
  if (!refusal) {
    const [en, zh] = [
      `The published log (${size} records) was verified just now`,
      `刚刚核验了公开日志（${size} 条记录）`,
    ];
    return ok('log', `${en}; ${depth} of ours wait.`, `${zh}；本方待提交 ${depth} 条。`);
  }
  const stored = (await records.logView.get('log'))?.value.verified;
  const since = stored === undefined ? undefined : Math.round((clock.now() - stored) / 60_000);
  return trouble(
    'problem',
    'log',
    {
      en: `The published log cannot be read: ${refusal.message}. ${since === undefined ? 'None was seen yet' : `What is known of it changed last ${since} min ago`}; ${depth} records wait.`,
      zh: `无法读取公开日志：${refusal.message}。${since === undefined ? '尚未读取过' : `已知内容最近更新于 ${since} 分钟前`}；待提交 ${depth} 条。`,
    },
    {
      en: 'No data leaves until it is back; what waits is sent then. See what is said of the clearing house.',
      zh: '恢复之前不会发出任何数据，恢复后自动补交。请查看清算所一项的结果。',
    },
  );
}
