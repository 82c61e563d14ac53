import { EvidenceError } from '@causeway/evidence';
import { StoreError } from '@causeway/platform';
import { ConnectorError, type ConnectorErrorCode } from './errors.js';
import type { Reason } from './model.js';

/** The same refusals in Chinese; the English words come from the error itself, which knows the particulars. */
const chinese: Readonly<Record<ConnectorErrorCode, string>> = {
  UNAUTHENTICATED: '对方的身份未能得到证明',
  NOT_FOUND: '没有找到，或对您不可见',
  MESSAGE_INVALID: '消息不符合规定的格式',
  STATE_INVALID: '当前状态不允许这一步',
  MOVES_CROSSED: '双方的动作同时发出，以级别更高的一方为准',
  FILTER_UNSUPPORTED: '不支持目录过滤条件',
  POLICY_DENIED: '合约策略不允许',
  OFFER_EXCEEDED: '请求超出了要约所给予的权利',
  OFFER_UNKNOWN: '没有这样的要约',
  OFFER_EXPIRED: '要约已经过期',
  POLICY_INVALID: '策略有误',
  AGREEMENT_INVALID: '合约与所请求的内容不一致',
  AGREEMENT_ENDED: '合约已经终止',
  AGREEMENT_UNKNOWN: '合约已不为对方所知',
  EVIDENCE_PENDING: '存证回执尚未取得',
  EVIDENCE_INVALID: '签名或存证未能通过验证',
  LOG_DISTRUSTED: '存证日志不再可信',
  SOURCE_UNREADABLE: '数据源无法读取',
  SOURCE_CHANGED: '数据源在发布之后发生了变化',
  SINK_UNWRITABLE: '目标位置无法写入',
  SINK_EXISTS: '目标文件已经存在',
  DIGEST_MISMATCH: '数据摘要不一致',
  DUTY_VIOLATED: '未履行合约义务',
  DUTY_OVERDUE: '合约义务已逾期',
  TRANSFER_NOT_STARTED: '传输尚未开始',
  TRANSFER_STOPPED: '传输已被停止',
  TOKEN_INVALID: '令牌无效',
  PEER_UNREACHABLE: '无法连接对方',
  PEER_UNKNOWN: '不知道对方的地址',
  PEER_REFUSED: '对方拒绝了消息',
  ALREADY_EXISTS: '已经存在',
  QUEUE_FULL: '队列已满，请稍后再试',
  REQUEST_INVALID: '请求有误',
  OPERATOR: '由操作人员决定',
  OPERATOR_REFUSED: '该操作人员无权执行此操作',
  CLASSIFICATION_FLOOR: '低于数据分级的最低要求',
  APPROVAL_REJECTED: '审批未通过',
  APPROVAL_EXPIRED: '审批超过期限',
};

/** A reason with a code of ours. */
export interface OwnReason extends Reason {
  readonly code: ConnectorErrorCode;
}

/** The reason of a refusal as a peer or a person reads it; nothing of its cause. */
export function reasonOf(error: ConnectorError): OwnReason {
  const zh = error.data['zh'];
  return { code: error.code, en: error.message, zh: typeof zh === 'string' ? zh : chinese[error.code] };
}

/** A reason of our own making. */
export function reason(code: ConnectorErrorCode, en: string, zh: string = chinese[code]): OwnReason {
  return { code, en, zh };
}

/** An error that says a reason; `data.zh` carries its Chinese words to whoever shows it. */
export function refusal(code: ConnectorErrorCode, en: string, zh?: string, cause?: unknown): ConnectorError {
  return new ConnectorError(code, en, { ...(zh === undefined ? {} : { data: { zh } }), cause });
}

/**
 * Why a step can never be done, out of whatever it threw: the process ends with it. Were it thrown on, what a peer sent could
 * make work that is tried for ever. A failing store is no such reason; it is thrown on.
 *
 * @throws StoreError
 */
export function finalReason(error: unknown): OwnReason {
  if (error instanceof StoreError) throw error;
  if (error instanceof ConnectorError) return reasonOf(error);
  if (error instanceof EvidenceError) return reason('EVIDENCE_INVALID', `No evidence can be made: ${error.message}`);
  return reason('MESSAGE_INVALID', 'What was sent cannot be worked with.');
}
