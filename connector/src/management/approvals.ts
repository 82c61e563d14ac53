import type { Pending } from '../negotiation/approval.js';
import type { Approvals } from '../negotiation/approvals.js';
import type { Records } from '../records.js';
import { findProcess } from './lookup.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';
import { bodyReader } from './read-body.js';
import { negotiationView } from './views.js';
import { wordsOf } from './words.js';

export interface ApprovalContext {
  readonly records: Records;
  readonly approvals: Approvals;
}

const readRejection = bodyReader<{ readonly reason: string }>('Rejection');

/** The requests that people decide on. */
export function approvalOperations({ records, approvals }: ApprovalContext): Operation[] {
  const pidOf = async (id: string) => (await findProcess(records, 'negotiation', records.negotiations, id)).pid;
  return [
    {
      method: 'get',
      path: '/approvals',
      id: 'listApprovals',
      summary: 'Lists the requests that wait for people, the most urgent first, in the words of the policy',
      query: pageQuery,
      answer: 'ApprovalPage',
      operators: true,
      handle: async ({ query }) => pageReply(await approvals.page(pageOptions(query)), approvalView),
    },
    {
      method: 'get',
      path: '/approvals/{pid}',
      id: 'getApproval',
      summary: 'Shows a request that waits for people',
      answer: 'Approval',
      operators: true,
      handle: async ({ params: { pid = '' } }) => ok(approvalView(await approvals.get(pid))),
    },
    {
      method: 'post',
      path: '/approvals/{pid}/approve',
      id: 'approve',
      summary: 'Approves a request by the operator whose key is shown; the last approval that is needed agrees',
      answer: 'Negotiation',
      operators: true,
      handle: async ({ params: { pid = '' }, operator }) =>
        ok(negotiationView(await approvals.approve(await pidOf(pid), operator))),
    },
    {
      method: 'post',
      path: '/approvals/{pid}/reject',
      id: 'reject',
      summary: 'Refuses a request by the operator whose key is shown; the peer is told the reason',
      body: 'Rejection',
      answer: 'Negotiation',
      operators: true,
      handle: async ({ params: { pid = '' }, operator, body }) =>
        ok(negotiationView(await approvals.reject(await pidOf(pid), operator, readRejection(body).reason))),
    },
  ];
}

function approvalView({ pid, peer, dataset, offer, approval }: Pending): object {
  const { needed, why, given, asked, deadline } = approval;
  return { ...{ pid, peer, dataset, offer, needed, why, given, asked, deadline }, words: wordsOf(offer) };
}
