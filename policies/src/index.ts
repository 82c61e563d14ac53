export { type CheckResult, checkPolicy } from './check.js';
export { compareRequest } from './compare/compare.js';
export { factsOf } from './compare/witness.js';
export { type CompiledPolicy, compile } from './decide/compile.js';
export { decide } from './decide/decide.js';
export { describePolicy } from './describe.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export {
  type Asset,
  type AtomicConstraint,
  type Classification,
  type CompareContext,
  type Comparison,
  type Compatibility,
  type ConflictStrategy,
  type Constraint,
  type DecideOptions,
  type Decision,
  type DecisionRequest,
  type Duty,
  type DutyState,
  type Fact,
  type FactSource,
  type Facts,
  factSources,
  type JsonValue,
  type LogicalConstraint,
  type OrderedValue,
  type Party,
  type PartyFunction,
  type Policy,
  type PolicyJson,
  type PolicyKind,
  type Problem,
  type ProblemCode,
  problemCodes,
  type Reason,
  type ReasonCode,
  type Reservation,
  type Rule,
  type RuleReport,
  reasonCodes,
  type TermsValue,
  type TextValue,
  type Truth,
  type Witness,
} from './model.js';
export { type ActionTerm, actionNames, actionOf, actionsWithin, impliedBy, includedIn } from './odrl/actions.js';
export { factOf, knownWithin, type Operand, type Operator, operandOf, operators, type Scale } from './odrl/operands.js';
export { operand } from './odrl/scale.js';
export { termOf } from './odrl/terms.js';
export { policyLimits } from './parse/bounds.js';
export { type ParseOptions, type ParseResult, parsePolicy, readPolicy } from './parse/policy.js';
export { auditorsTerm, causewayPrefix, classificationTerm, declaredOnlyTerm, sourceTerm } from './profiles/causeway.js';
export type { Profile, ProfileAction } from './profiles/profile.js';
export { allProfiles as profiles } from './profiles/table.js';
export { compose, type OfferHead } from './templates/compose.js';
export { type AgreementTerms, agreementFor, type OfferTerms, offerFor } from './templates/offer.js';
export { toJson, toWire } from './wire.js';
export type { Language } from './words.js';

/** Names the rules by which decisions are taken; in every decision record. Raised when a verdict could change. */
export const engineVersion = 'causeway-policies/2';
