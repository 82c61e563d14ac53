import type { Check, Statement, TransferStory } from '@causeway/evidence';
import type { Words } from '../language.js';

export const states: Readonly<Record<TransferStory | 'none', Words>> = {
  running: { en: 'started, no end yet', zh: '已开始，尚未结束' },
  agreed: { en: 'agreed: both sides signed the same end', zh: '一致：双方签署了同一结束声明' },
  'one-sided': { en: 'one-sided: one side alone signed the end', zh: '单方：仅一方签署了结束声明' },
  disputed: { en: 'disputed: the sides signed different ends', zh: '有争议：双方签署的结束声明不同' },
  stopped: { en: 'stopped by the provider', zh: '已由提供方停止' },
  unknown: { en: 'unknown: a statement was not released', zh: '不明：有声明未出示' },
  none: { en: 'agreed on, nothing transferred', zh: '已签订合约，尚无传输' },
};

export const typeNames: Readonly<Record<Statement['type'], Words>> = {
  agreement: { en: 'the agreement', zh: '合约' },
  'transfer-start': { en: 'the start of a transfer', zh: '传输的开始' },
  'transfer-end': { en: 'the end of a transfer', zh: '传输的结束' },
  'transfer-stop': { en: 'the stop of a transfer', zh: '传输的停止' },
  'agreement-end': { en: 'the end of the agreement', zh: '合约的终止' },
  duty: { en: 'a duty', zh: '义务的履行' },
};

/** Behind each check that is told. */
export const outcomes = {
  holds: { en: 'ok  ', zh: '通过' },
  lacking: { en: 'LACK', zh: '缺失' },
  wrong: { en: 'FAIL', zh: '错误' },
  told: { en: '    ', zh: '　　' },
} as const;
export type Outcome = keyof typeof outcomes;

/** What `audit verify` goes through. The English ones are the names in its JSON. */
export const checkNames: Readonly<Record<Check['check'], Words>> = {
  bundle: { en: 'bundle', zh: '文件' },
  trust: { en: 'trust', zh: '信任包' },
  envelopes: { en: 'envelopes', zh: '签名信封' },
  statements: { en: 'statements', zh: '声明' },
  record: { en: 'record', zh: '记录' },
  receipts: { en: 'receipts', zh: '回执' },
  consistency: { en: 'consistency', zh: '一致性' },
  log: { en: 'log', zh: '日志' },
};
