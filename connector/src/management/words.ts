import { describePolicy, type Language } from '@causeway/policies';
import type { JsonObject } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';

/** Terms in plain words, whoever wrote them; of what cannot be read, why not. */
export function wordsOf(terms: JsonObject): Readonly<Record<Language, string>> {
  const kind = terms['@type'] === 'Agreement' ? 'Agreement' : 'Request';
  const policy = readTerms(terms, kind);
  if (isReason(policy)) return { en: policy.en, zh: policy.zh };
  return { en: describePolicy(policy, 'en'), zh: describePolicy(policy, 'zh') };
}
