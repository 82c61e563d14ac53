import type { Write } from '@causeway/platform';
import { approvalsFor } from '@causeway/policies';
import type { Approval, Dataset, Negotiation, Offer, Reason } from '../model.js';
import type { Records } from '../records.js';
import { classificationOf } from './terms.js';

/** How many people have to approve an agreement on this offer, and why; undefined when nobody has to. */
export function approvalNeeded(
  dataset: Pick<Dataset, 'classification' | 'domain'>,
  { approval }: Pick<Offer, 'approval'>,
): { readonly needed: number; readonly why: Reason } | undefined {
  const needed = approvalsFor(classificationOf(dataset));
  if (needed > 0) {
    const level = dataset.classification;
    const en = `The dataset is classified as level ${level}: ${needed} different people have to approve.`;
    return {
      needed,
      why: { code: 'CLASSIFICATION', en, zh: `该数据集分级为 ${level} 级，须由 ${needed} 名不同的人员审批。` },
    };
  }
  if (approval !== true) return undefined;
  const en = 'The offer asks for the approval of a person.';
  return { needed: 1, why: { code: 'OFFER', en, zh: '该要约须经人员审批。' } };
}

/** A negotiation with the question of its approval open. */
export type Pending = Negotiation & { readonly approval: Approval };

/** Whether people can still decide it: it is in the state it was asked about, and nobody has moved it since. */
export function isPending(record: Negotiation | undefined): record is Pending {
  const approval = record?.approval;
  if (record === undefined || approval === undefined || approval.outcome !== undefined) return false;
  return approval.moves === record.moves && record.intent === undefined;
}

/** The negotiation with the question put; unchanged when it is put already. */
export function asking(
  record: Negotiation,
  { needed, why }: { readonly needed: number; readonly why: Reason },
  { at, waitMs }: { readonly at: number; readonly waitMs: number },
): Negotiation | undefined {
  if (isPending(record)) return undefined;
  const approval: Approval = { needed, why, given: [], asked: at, deadline: at + waitMs, moves: record.moves };
  return { ...record, approval };
}

export function withApproval(record: Pending, change: Partial<Approval>): Pending {
  return { ...record, approval: { ...record.approval, ...change } };
}

/** INVARIANT: the list of what waits says what the records say, because it is written with them. */
export function approvalIndex(records: Pick<Records, 'approvals'>) {
  return (before: Negotiation | undefined, after: Negotiation): readonly Write[] => {
    const was = placeOf(before);
    const is = placeOf(after);
    if (was?.[0] === is?.[0]) return [];
    return [
      ...(was === undefined ? [] : [records.approvals.delete(was)]),
      ...(is === undefined ? [] : [records.approvals.put(is, { pid: after.pid })]),
    ];
  };
}

function placeOf(record: Negotiation | undefined): readonly [deadline: number, pid: string] | undefined {
  return isPending(record) ? [record.approval.deadline, record.pid] : undefined;
}
