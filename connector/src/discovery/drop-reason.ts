import type { DropReason } from '@causeway/evidence';
import type { Reason } from '../model.js';

/** Why a hit is shown as dropped: what `verifyHit` found, or that it answers another question than was asked. */
export type HitProblem = DropReason | 'NOT_ASKED_FOR';

const chinese: Readonly<Record<HitProblem, string>> = {
  HEAD_MALFORMED: '发布方的签名目录头格式不正确',
  KEY_UNTRUSTED: '签名密钥未经本数据空间的认证机构证明',
  KEY_EXPIRED: '签名密钥不在有效期内',
  SIGNER_NOT_PUBLISHER: '签名者不是发布方本身',
  SIGNATURE_WRONG: '签名与内容不符',
  HEAD_EXPIRED: '签名目录头已过期',
  HEAD_NOT_YET: '签名目录头的签发时间在未来',
  HEAD_REPLAYED: '发布方此后已签发更新的目录头，这是旧的',
  ENTRY_MALFORMED: '数据集条目格式不正确',
  ENTRY_NOT_OF_PUBLISHER: '数据集不属于该发布方',
  ENTRY_NOT_PROVEN: '发布方没有签署这一条目',
  NOT_ASKED_FOR: '答复与所查询的对象不符',
};

export function dropReason(problem: HitProblem, detail: string): Reason {
  return { code: problem, en: detail, zh: chinese[problem] };
}
