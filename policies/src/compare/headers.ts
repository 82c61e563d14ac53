import type { Asset, CompareContext, Party, Policy, Reason, ReasonCode } from '../model.js';
import { namesText } from '../words.js';

const named = (id: string): Party & Asset => ({ id, collection: false, refinements: [] });

/** A policy with what the context says of it: whose request it is, and what an offer out of a catalog is about. */
export function inContext(policy: Policy, context: CompareContext | undefined, requester: boolean): Policy {
  const assignees = policy.assignees ?? (requester && context ? [named(context.assignee)] : undefined);
  const target = policy.target ?? (context?.target === undefined ? undefined : named(context.target));
  return { ...policy, ...(assignees ? { assignees } : {}), ...(target ? { target } : {}) };
}

/** What one comparison found so far. */
export class Findings {
  readonly reasons: Reason[] = [];
  exceeds = false;

  add(verdict: 'exceeds' | 'unknown', code: ReasonCode, path: string, en: string, zh: string): void {
    this.reasons.push({ code, path, en, zh });
    if (verdict === 'exceeds') this.exceeds = true;
  }
}

/** What stands beside the rules: profiles, parties, target, auditors, tokens and classification. */
export function compareHeaders(request: Policy, offer: Policy, context: CompareContext | undefined): Findings {
  const found = new Findings();
  if (!same(request.profiles, offer.profiles)) {
    const [asked, offered] = [listed(request.profiles), listed(offer.profiles)];
    found.add(
      'unknown',
      'PROFILE_DIFFERS',
      '/profile',
      `the profile is ${asked}; the offer's is ${offered}`,
      `规范为 ${asked}；要约为 ${offered}`,
    );
  }
  if (!same(request.auditors ?? [], offer.auditors ?? [])) {
    const [asked, offered] = [listed(request.auditors), listed(offer.auditors)];
    found.add(
      'exceeds',
      'AUDITORS_DIFFER',
      '/urn:causeway:v1:auditors',
      `the auditors are ${asked}; the offer's are ${offered}`,
      `审计方为 ${asked}；要约为 ${offered}`,
    );
  }
  if (request.unboundTokens && !offer.unboundTokens) {
    found.add(
      'exceeds',
      'UNBOUND_NOT_OFFERED',
      '/urn:causeway:v1:unboundTokens',
      'it allows tokens that are bound to no certificate; the offer does not',
      '请求允许不绑定证书的令牌；要约不允许',
    );
  }
  compareClassification(request, offer, found);
  compareParties(request, offer, context, found);
  const target = offer.target?.id ?? context?.target;
  if (offer.kind === 'Offer' && target === undefined && request.target !== undefined) {
    found.add(
      'unknown',
      'TARGET_UNKNOWN',
      '/target',
      `it is not known whether the offer is about ${request.target.id}`,
      `无法确认要约是否涉及 ${request.target.id}`,
    );
  }
  return found;
}

function compareParties(request: Policy, offer: Policy, context: CompareContext | undefined, found: Findings): void {
  const offering = offer.assigner ?? context?.assigner;
  const claimed = [request, ...request.permissions, ...request.prohibitions].flatMap(({ assigner }) => assigner ?? []);
  const other = claimed.find((each) => each !== offering);
  if (other !== undefined && offering === undefined) {
    found.add(
      'unknown',
      'ASSIGNER_UNKNOWN',
      '/assigner',
      `it is not known whether ${other} makes this offer`,
      `无法确认此要约由 ${other} 作出`,
    );
  } else if (other !== undefined) {
    found.add(
      'exceeds',
      'ASSIGNER_DIFFERS',
      '/assigner',
      `the assigner is ${other}; the offer's is ${offering}`,
      `授权方为 ${other}；要约为 ${offering}`,
    );
  }
  if (!context || !request.assignees) return;
  const { assignee } = context;
  if (request.assignees.some(({ id }) => id === assignee)) return;
  // Whether the requester belongs to a collection is not known here.
  found.add(
    request.assignees.some(({ collection }) => collection) ? 'unknown' : 'exceeds',
    'ASSIGNEE_NOT_REQUESTER',
    '/assignee',
    `${assignee} requests, but is not among the assignees`,
    `请求方 ${assignee} 不在被授权方之中`,
  );
}

/** Domain and level are the owner's to say: a request repeats them, and may only raise the level. */
function compareClassification(request: Policy, offer: Policy, found: Findings): void {
  const [asked, stated] = [request.classification, offer.classification];
  if (asked === undefined && stated === undefined) return;
  const kept = asked && stated && asked.level >= stated.level && asked.domain === stated.domain;
  if (kept) return;
  const text = (each: typeof asked) => (each ? [`level ${each.level}`, each.domain].filter(Boolean).join(', ') : '-');
  found.add(
    stated ? 'exceeds' : 'unknown',
    'CLASSIFICATION_DIFFERS',
    '/urn:causeway:v1:classification',
    `the classification is ${text(asked)}; the offer's is ${text(stated)}`,
    `数据分类分级为 ${text(asked)}；要约为 ${text(stated)}`,
  );
}

function listed(names: readonly string[] | undefined): string {
  return namesText(names ?? [], 'en') || '-';
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}
