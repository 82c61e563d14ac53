import { ConnectorError } from '../errors.js';
import type { Reason } from '../model.js';

/** Why a log is not believed any more, in words for those who run it and those who relied on it. */
export function rolledBack(from: bigint, to: bigint): Reason {
  return {
    code: 'LOG_ROLLED_BACK',
    en: `The log published ${to} entries after it had published ${from}: entries were taken back.`,
    zh: `日志先公布了 ${from} 条记录，后来只公布 ${to} 条：已有记录被撤回。`,
  };
}

export function forked(from: bigint, to: bigint): Reason {
  return {
    code: 'LOG_FORKED',
    en: `The log signed ${from} entries that are not the beginning of the ${to} it published: its history was rewritten.`,
    zh: `日志签署的前 ${from} 条记录并非其公布的 ${to} 条记录的开头：历史已被改写。`,
  };
}

export function unpublished(index: bigint | undefined, detail?: string): Reason {
  return {
    code: 'LOG_UNPUBLISHED',
    en: `The log does not publish what it signed${index === undefined ? '' : `: entry ${index}`}${detail ? ` (${detail})` : ''}.`,
    zh: `日志没有公布它所签署的内容${index === undefined ? '' : `：第 ${index} 条记录`}。`,
  };
}

export function distrust(reason: Reason): ConnectorError {
  return new ConnectorError('LOG_DISTRUSTED', `the log is not believed any more: ${reason.en}`, { data: { reason } });
}
