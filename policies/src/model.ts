import type { ActionTerm } from './odrl/actions.js';
import type { DecidedOperand, Operator } from './odrl/operands.js';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** An ODRL policy as JSON, as it stands on the DSP wire. */
export type PolicyJson = { [key: string]: JsonValue };

/** One mistake in a policy, or one warning about it. */
export interface Problem {
  /** JSON pointer (RFC 6901) into the policy. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
  /** The nearest term that would have been understood. */
  readonly suggestion?: string;
}

export const problemCodes = [
  'LIMIT_EXCEEDED',
  'VALUE_MALFORMED',
  'VALUE_RANGE',
  'VALUE_EMPTY',
  'MEMBER_MISSING',
  'MEMBER_TWICE',
  'TERM_UNKNOWN',
  'TERM_NOT_DECIDED',
  'TYPE_UNEXPECTED',
  'CONTEXT_UNKNOWN',
  'PROFILE_UNKNOWN',
  'CONFLICT_UNKNOWN',
  'ACTION_UNKNOWN',
  'OPERAND_UNKNOWN',
  'OPERAND_NOT_DECIDED',
  'OPERATOR_UNKNOWN',
  'OPERATOR_NOT_VALID',
  'DATATYPE_UNKNOWN',
  'DUTY_NOT_DECIDED',
  'COUNT_IN_PROHIBITION',
  'WIRE_CANNOT_CARRY',
  // Warnings: the policy is well formed, and probably not what its author meant.
  'ZONE_MISSING',
  'POLICY_VOID',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export type PolicyKind = 'Offer' | 'Agreement' | 'Set';
/** ODRL 2.2 Information Model, 2.10: what happens when a permission and a prohibition conflict. */
export type ConflictStrategy = 'invalid' | 'prohibit' | 'perm';

/** A policy that was understood to its last term. Made by `parsePolicy` only. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly id?: string;
  readonly profiles: readonly string[];
  readonly conflict: ConflictStrategy;
  readonly target?: string;
  readonly assigner?: string;
  /** Absent: anybody. Each of the named has the rules for itself (Information Model, 2.7.2). */
  readonly assignees?: readonly string[];
  /** When an agreement was made, as written. */
  readonly timestamp?: string;
  /** Who, beside the parties, may see the evidence of transfers under this policy. */
  readonly auditors?: readonly string[];
  readonly permissions: readonly Rule[];
  readonly prohibitions: readonly Rule[];
}

export interface Rule {
  readonly kind: 'permission' | 'prohibition';
  /** Stable within the policy, e.g. `permission/0`: the key of its uses. */
  readonly rule: string;
  readonly path: string;
  readonly id?: string;
  readonly action: ActionTerm;
  /** Only when the rule says so itself; otherwise the policy's. */
  readonly target?: string;
  readonly assignees?: readonly string[];
  /** All must hold. */
  readonly constraints: readonly Constraint[];
}

export type Constraint = AtomicConstraint | LogicalConstraint;

export type AtomicConstraint = {
  readonly path: string;
  readonly id?: string;
  readonly operator: Operator;
} & (
  | { readonly operand: Extract<DecidedOperand, 'dateTime'>; readonly value: InstantValue }
  | { readonly operand: Extract<DecidedOperand, 'count'>; readonly value: number }
  | { readonly operand: Extract<DecidedOperand, 'purpose'>; readonly value: readonly TextValue[] }
);

export interface InstantValue {
  /** As written. */
  readonly text: string;
  /** Milliseconds since the epoch; absent without a zone, and then nothing about it can be decided. */
  readonly instant?: number;
}

export interface TextValue {
  readonly text: string;
  /** Written as `{"@id": …}`. */
  readonly iri: boolean;
}

export interface LogicalConstraint {
  readonly path: string;
  readonly id?: string;
  readonly logic: 'and' | 'or' | 'xone' | 'andSequence';
  readonly operands: readonly Constraint[];
}

/** Why, for programs (`code`, `path`) and for people (`en`, `zh`). */
export interface Reason {
  readonly code: ReasonCode;
  /** JSON pointer into the policy that was decided; in a comparison, into the request. */
  readonly path: string;
  readonly en: string;
  readonly zh: string;
}

export const reasonCodes = [
  // of a decision
  'NOT_A_GRANT',
  'POLICY_VOID',
  'ACTION_UNKNOWN',
  'ACTION_NOT_PERMITTED',
  'TARGET_NOT_COVERED',
  'ASSIGNEE_NOT_NAMED',
  'PROHIBITED',
  'PROHIBITION_UNDECIDED',
  'TOO_EARLY',
  'TOO_LATE',
  'WRONG_TIME',
  'USES_EXHAUSTED',
  'WRONG_COUNT',
  'PURPOSE_NOT_ALLOWED',
  'NOT_EXACTLY_ONE',
  'FACT_MISSING',
  'FACT_MALFORMED',
  'ZONE_MISSING',
  // of a comparison
  'ACTION_BROADER',
  'TARGET_DIFFERS',
  'TARGET_UNKNOWN',
  'ASSIGNER_DIFFERS',
  'ASSIGNER_UNKNOWN',
  'ASSIGNEE_WIDER',
  'ASSIGNEE_NOT_REQUESTER',
  'WINDOW_WIDER',
  'COUNT_HIGHER',
  'COUNT_NOT_PROVEN',
  'PURPOSE_WIDER',
  'CONSTRAINT_DROPPED',
  'BRANCH_ADDED',
  'PROHIBITION_DROPPED',
  'AUDITORS_DIFFER',
  'PROFILE_DIFFERS',
  'TOO_COMPLEX',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];
export type FactSource = 'attested' | 'measured' | 'declared';

/** The state of the world a decision is taken on. A fact that is not given is unknown, and unknown denies. */
export interface Facts {
  /** Milliseconds since the epoch, by the decider's own clock. */
  readonly now: number;
  /** The identity proven on the channel; must be the request's assignee when given. */
  readonly assignee?: string;
  /** What the data is to be used for. A use for several purposes needs permission for each of them. */
  readonly purpose?: readonly string[];
  /** Uses already reserved under (this agreement, this rule). */
  readonly counts?: (rule: string) => number;
  /**
   * Whether this use is among `counts` of a rule already (a stream opened): decide without reserving it again. A use that was
   * reserved under one rule is none of another.
   */
  readonly reserved?: (rule: string) => boolean;
  /** Where the facts come from, for the record. Default: `factSources`. */
  readonly sources?: Partial<Record<'now' | 'assignee' | 'purpose' | 'counts', FactSource>>;
}

/** Where facts come from unless the caller says otherwise. */
export const factSources = {
  now: 'measured',
  assignee: 'attested',
  purpose: 'declared',
  counts: 'measured',
} as const satisfies Record<string, FactSource>;

export interface DecisionRequest {
  /** An ODRL action in any spelling. */
  readonly action: string;
  readonly target: string;
  readonly assignee: string;
}

export interface Reservation {
  readonly rule: string;
  /** The use may be stored only while fewer than this many are; `Number.MAX_SAFE_INTEGER`: counted, not bounded. */
  readonly limit: number;
}

export interface Decision {
  readonly permit: boolean;
  /** Empty when permitted: otherwise what fails, and what would change it. */
  readonly reasons: readonly Reason[];
  /** The permission that granted it. */
  readonly rule?: string;
  /** What the caller must reserve, atomically with acting on the decision. Holds no rule of `facts.reserved`. */
  readonly reserve: readonly Reservation[];
}

export interface DecideOptions {
  /** An Offer or a Set grants nothing: name the kind to ask what it *would* grant as an agreement. Default `agreement`. */
  readonly as?: 'agreement' | 'offer' | 'set';
}

/** A request and facts that one policy permits and the other does not. */
export interface Witness {
  readonly request: DecisionRequest;
  /** `used`: uses already reserved, under every rule. */
  readonly facts: { readonly now: number; readonly purpose?: readonly string[]; readonly used?: number };
}

export type Comparison =
  | { readonly verdict: 'within' }
  | { readonly verdict: 'exceeds' | 'unknown'; readonly reasons: readonly Reason[]; readonly witness?: Witness };

export interface CompareContext {
  /** Who requests, as proven on the channel. */
  readonly assignee: string;
  /** The dataset the offer stands under: offers in a catalog carry no target. */
  readonly target?: string;
  /** Who offers: offers in a catalog need not say so. */
  readonly assigner?: string;
}
