import type { Json } from '../json/canonical.js';

/** Our extension of a policy: who else may see the evidence of what happens under it. */
export const auditorsMember = 'urn:causeway:v1:auditors';

/** The auditors that an offer or agreement names, sorted, each once, as its envelopes name them. */
export function auditorsOf(policy: { readonly [member: string]: Json }): string[] {
  const named = policy[auditorsMember] ?? [];
  const list = Array.isArray(named) ? named : [named];
  return [...new Set(list.filter((one) => typeof one === 'string'))].sort();
}
