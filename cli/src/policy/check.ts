import { checkPolicy, describePolicy, type JsonValue, type Language, readPolicy } from '@causeway/policies';
import type { Answer } from './answers.js';
import { isObject, type Json } from './json.js';

/** A line is a policy, or names one: `{"id", "policy"}`. */
function policyIn(line: Json): JsonValue {
  return isObject(line.policy) ? line.policy : { ...line };
}

/** `{"problems", "warnings"}`, each with path, code, message and, where one is near, what was meant. */
export function check(line: Json): Answer {
  const { problems, warnings } = checkPolicy(policyIn(line));
  return { problems, warnings, ...(problems.length > 0 ? { failed: true } : {}) };
}

/** `{"text"}`: the policy in plain words. */
export function render(line: Json, lang: Language): Answer {
  return { text: describePolicy(readPolicy(policyIn(line)), lang) };
}
