export { compareRequest } from './compare/compare.js';
export { factsOf } from './compare/witness.js';
export { type CompiledPolicy, compile } from './decide/compile.js';
export { decide } from './decide/decide.js';
export { describePolicy } from './describe.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export {
  type AtomicConstraint,
  type CompareContext,
  type Comparison,
  type ConflictStrategy,
  type Constraint,
  type DecideOptions,
  type Decision,
  type DecisionRequest,
  type FactSource,
  type Facts,
  factSources,
  type InstantValue,
  type JsonValue,
  type LogicalConstraint,
  type Policy,
  type PolicyJson,
  type PolicyKind,
  type Problem,
  type ProblemCode,
  type Reason,
  type ReasonCode,
  type Reservation,
  type Rule,
  type TextValue,
  type Witness,
} from './model.js';
export { type ActionTerm, actionNames, includedIn } from './odrl/actions.js';
export { auditorsTerm } from './odrl/terms.js';
export { type ParseOptions, type ParseResult, parsePolicy, readPolicy } from './parse/policy.js';
export { policyLimits } from './parse/reader.js';
export { type AgreementTerms, agreementFor, type OfferTerms, offerFor } from './templates.js';
export { toWire } from './wire.js';
export type { Language } from './words.js';

/** Names the rules by which decisions are taken; in every decision record. Raised when a verdict could change. */
export const engineVersion = 'causeway-policies/1';
