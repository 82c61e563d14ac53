import type { AtomicConstraint, PartyFunction } from '../model.js';
import type { ActionTerm } from '../odrl/actions.js';
import { policyUsage } from '../profiles/ids.js';

/** What a connector heeds of how a duty is done, beside by when and under which circumstances. */
const parameters: Readonly<Record<ActionTerm, readonly string[]>> = {
  inform: ['recipient', 'idsc:NOTIFICATION_LEVEL'],
  'idsc:log': ['systemDevice', 'idsc:LOG_LEVEL'],
  'urn:causeway:v1:mask': ['urn:causeway:v1:field'],
  'idsc:REPLACE': ['idsc:JSON_PATH', 'idsc:REPLACE_WITH'],
  compensate: ['payAmount', 'timeInterval'],
  nextPolicy: ['urn:causeway:v1:policy'],
};

const functions: Readonly<Record<ActionTerm, readonly PartyFunction['function'][]>> = {
  inform: ['informedParty'],
  compensate: ['compensatedParty'],
  obtainConsent: ['consentingParty'],
};

/** The operands that say how this action is done, as a duty. */
export function heeded(action: ActionTerm): readonly string[] {
  return Object.hasOwn(parameters, action) ? (parameters[action] ?? []) : [];
}

export function heededFunctions(action: ActionTerm): readonly PartyFunction['function'][] {
  return Object.hasOwn(functions, action) ? (functions[action] ?? []) : [];
}

/** `event lt odrl:policyUsage`, as IDS writes that a duty comes before the use: what a duty of a permission does anyway. */
export function isBeforeUse({ operand, operator, value }: AtomicConstraint): boolean {
  return (
    operand === 'event' &&
    operator === 'lt' &&
    value.type === 'terms' &&
    value.terms.every(({ text }) => policyUsage.includes(text))
  );
}
