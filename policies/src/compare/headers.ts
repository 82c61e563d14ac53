import type { CompareContext, Policy, Reason, ReasonCode } from '../model.js';
import { namesText } from '../words.js';

/** A policy with what the context says of it: whose request it is, and what an offer out of a catalog is about. */
export function inContext(policy: Policy, context: CompareContext | undefined, requester: boolean): Policy {
  const assignees = policy.assignees ?? (requester && context ? [context.assignee] : undefined);
  const target = policy.target ?? context?.target;
  return { ...policy, ...(assignees ? { assignees } : {}), ...(target === undefined ? {} : { target }) };
}

/** What stands beside the rules: profiles, parties, target and auditors. */
export function compareHeaders(
  request: Policy,
  offer: Policy,
  context: CompareContext | undefined,
): { reasons: Reason[]; exceeds: boolean } {
  const reasons: Reason[] = [];
  let exceeds = false;
  const add = (verdict: 'exceeds' | 'unknown', code: ReasonCode, path: string, en: string, zh: string) => {
    reasons.push({ code, path, en, zh });
    if (verdict === 'exceeds') exceeds = true;
  };

  if (!same(request.profiles, offer.profiles)) {
    const [asked, offered] = [namesText(request.profiles, 'en') || '-', namesText(offer.profiles, 'en') || '-'];
    add(
      'unknown',
      'PROFILE_DIFFERS',
      '/profile',
      `the profile is ${asked}; the offer's is ${offered}`,
      `规范为 ${asked}；要约为 ${offered}`,
    );
  }
  if (!same(request.auditors ?? [], offer.auditors ?? [])) {
    const [asked, offered] = [
      namesText(request.auditors ?? [], 'en') || '-',
      namesText(offer.auditors ?? [], 'en') || '-',
    ];
    add(
      'exceeds',
      'AUDITORS_DIFFER',
      '/urn:causeway:v1:auditors',
      `the auditors are ${asked}; the offer's are ${offered}`,
      `审计方为 ${asked}；要约为 ${offered}`,
    );
  }
  const assigner = offer.assigner ?? context?.assigner;
  if (request.assigner !== undefined && assigner === undefined) {
    add(
      'unknown',
      'ASSIGNER_UNKNOWN',
      '/assigner',
      `it is not known whether ${request.assigner} makes this offer`,
      `无法确认此要约由 ${request.assigner} 作出`,
    );
  } else if (request.assigner !== undefined && request.assigner !== assigner) {
    add(
      'exceeds',
      'ASSIGNER_DIFFERS',
      '/assigner',
      `the assigner is ${request.assigner}; the offer's is ${assigner}`,
      `授权方为 ${request.assigner}；要约为 ${assigner}`,
    );
  }
  if (context && request.assignees && !request.assignees.includes(context.assignee)) {
    add(
      'exceeds',
      'ASSIGNEE_NOT_REQUESTER',
      '/assignee',
      `${context.assignee} requests, but is not among the assignees`,
      `请求方 ${context.assignee} 不在被授权方之中`,
    );
  }
  const target = offer.target ?? context?.target;
  if (offer.kind === 'Offer' && target === undefined && request.target !== undefined) {
    add(
      'unknown',
      'TARGET_UNKNOWN',
      '/target',
      `it is not known whether the offer is about ${request.target}`,
      `无法确认要约是否涉及 ${request.target}`,
    );
  }
  return { reasons, exceeds };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}
