export { type CheckResult, checkPolicy } from './check.js';
export {
  approvalsFor,
  type ClassificationDomain,
  classificationDomains,
  type Floor,
  floorProblems,
  floors,
} from './classification.js';
export { compareRequest } from './compare/compare.js';
export { comparePolicies } from './compare/compatible.js';
export { type VoidingPair, voidingPair } from './compare/conflict.js';
export { counterOffer } from './compare/counter.js';
export { qualityOf } from './compare/quality.js';
export { factsOf } from './compare/witness.js';
export { type CompiledPolicy, compile } from './decide/compile.js';
export { truthOf } from './decide/condition.js';
export { decide } from './decide/decide.js';
export { engineVersion } from './decide/engine.js';
export { type Decided, type Replay, recordDecision, recordVersion, replayDecision } from './decide/record.js';
export { reportRules } from './decide/report.js';
export { describePolicy } from './describe.js';
export { deadlineOf } from './duty/deadline.js';
export { type DutyEvent, type DutyInstance, type DutyKind, dutyTransitions } from './duty/instance.js';
export {
  type Advance,
  advanceDuties,
  advanceDuty,
  type DutyAnchors,
  dutyFacts,
  nextDeadline,
  startDuties,
  startRemedies,
} from './duty/machine.js';
export { type Capabilities, unenforced } from './enforce.js';
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
  type Knowledge,
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
export { spanOfDuration } from './parse/duration.js';
export { spanOfInstant } from './parse/instant.js';
export { type ParseOptions, type ParseResult, parsePolicy, readPolicy } from './parse/policy.js';
export {
  auditorsTerm,
  causewayPrefix,
  classificationTerm,
  declaredOnlyTerm,
  sourceTerm,
  unboundTokensTerm,
} from './profiles/causeway.js';
export type { Profile, ProfileAction } from './profiles/profile.js';
export { allProfiles as profiles } from './profiles/table.js';
export { compose, type OfferHead } from './templates/compose.js';
export type { IdsTemplate } from './templates/ids.js';
export { type AgreementTerms, agreementFor, type OfferTerms, offerFor } from './templates/offer.js';
export { declaredOnly, type Part } from './templates/part.js';
export type { Enforcer, Parameter, ParameterType, Template } from './templates/template.js';
export { templates } from './templates/templates.js';
export { toJson, toWire } from './wire.js';
export { type Language, timeWords, type Words } from './words.js';
