import type { ActionTerm } from './odrl/actions.js';
import type { Operator } from './odrl/operands.js';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** An ODRL policy as JSON, as it stands on the DSP wire. */
export type PolicyJson = { [key: string]: JsonValue };

/** One mistake in a policy, or one warning about it. */
export interface Problem {
  /** JSON pointer (RFC 6901) into the policy. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
  /** The nearest term that would have been understood, or the rewrite that says what was meant. */
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
  'PROFILE_MISSING',
  'CONFLICT_UNKNOWN',
  'ACTION_UNKNOWN',
  'OPERAND_UNKNOWN',
  'OPERATOR_UNKNOWN',
  'OPERATOR_NOT_VALID',
  'DATATYPE_UNKNOWN',
  'UNIT_UNKNOWN',
  'REFERENCE_UNKNOWN',
  'COUNT_IN_PROHIBITION',
  'DUTY_AFTER_USE',
  'NOT_ENFORCED',
  'CLASSIFICATION_FLOOR',
  'WIRE_CANNOT_CARRY',
  // Warnings: the policy is well formed, and probably not what its author meant.
  'ZONE_MISSING',
  'MONTHS_MEANT_MINUTES',
  'DATE_IS_MIDNIGHT',
  'DUTY_WITHOUT_DEADLINE',
  'COUNT_WITHOUT_PERIOD',
  'UNREALISABLE',
  'REDUNDANT',
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
  readonly target?: Asset;
  readonly assigner?: string;
  /** Absent: anybody. Each of the named has the rules for itself (Information Model, 2.7.2). */
  readonly assignees?: readonly Party[];
  /** When an agreement was made, as written. */
  readonly timestamp?: string;
  /** Dublin Core statements about the document, by canonical term (`dc:creator`): shown, never decided. */
  readonly metadata?: Readonly<Record<string, readonly string[]>>;
  /** Who, beside the parties, may see the evidence of transfers under this policy. */
  readonly auditors?: readonly string[];
  /** Domain and level of the 2020 guideline on industrial data, when the policy states them. */
  readonly classification?: Classification;
  /** A consumer without a certificate may have a token that is bound to none. */
  readonly unboundTokens?: true;
  readonly permissions: readonly Rule[];
  readonly prohibitions: readonly Rule[];
  /** What the assignee owes because it agreed, whatever it uses: kept after delivery (Information Model, 2.6.4). */
  readonly obligations: readonly Duty[];
}

/** Domain as in the guideline (research, production, operation, management, platform); level 3 is the highest. */
export interface Classification {
  readonly domain?: string;
  readonly level: 1 | 2 | 3;
}

/** A party, or a collection of parties; `refinements` select within a collection or demand something of the party. */
export interface Party {
  readonly id: string;
  readonly collection: boolean;
  readonly refinements: readonly Constraint[];
}

/** An asset, or a collection of assets; `refinements` as for parties. */
export interface Asset {
  readonly id: string;
  readonly collection: boolean;
  readonly refinements: readonly Constraint[];
}

export interface Rule {
  readonly kind: 'permission' | 'prohibition';
  /** Stable within the policy, e.g. `permission/0`: the key of its uses. */
  readonly rule: string;
  readonly path: string;
  readonly id?: string;
  /** Absent only in a Set, which grants nothing: the rule then speaks of every action. */
  readonly action?: ActionTerm;
  /** What is demanded of the doing. Where one fails the rule is active, and this doing is not what it permits. */
  readonly actionRefinements: readonly Constraint[];
  /** Only when the rule says so itself; otherwise the policy's. */
  readonly target?: Asset;
  /** Only where the policy has none, or rules of one policy are several parties'. */
  readonly assigner?: string;
  readonly assignees?: readonly Party[];
  /** All must hold. */
  readonly constraints: readonly Constraint[];
  /** A permission's preconditions: each must be fulfilled before the use (Information Model, 2.6.3). */
  readonly duties: readonly Duty[];
  /** A prohibition's: owed once it was broken. The rule stays broken all the same. */
  readonly remedies: readonly Duty[];
  /** Nobody can enforce it technically, and its author says so: shown to both sides, decided as if it were not there. */
  readonly declaredOnly: boolean;
}

/** A duty of a permission, an obligation, a remedy, or a consequence of one of these. */
export interface Duty {
  /** Stable within the policy, e.g. `permission/0/duty/1` or `obligation/0`: the key of its state. */
  readonly duty: string;
  readonly path: string;
  readonly id?: string;
  readonly action: ActionTerm;
  readonly actionRefinements: readonly Constraint[];
  readonly target?: Asset;
  /** Only where it differs from the policy's. */
  readonly assigner?: string;
  /** Who owes it; absent: the assignee. */
  readonly assignees?: readonly Party[];
  /** Others with a part in it: who is informed, paid, asked. */
  readonly functions?: readonly PartyFunction[];
  /** The policy to hand on (`nextPolicy`). */
  readonly nextPolicy?: string;
  readonly constraints: readonly Constraint[];
  /** Owed in addition once it was not fulfilled. */
  readonly consequences: readonly Duty[];
  readonly declaredOnly: boolean;
}

/** ODRL 2.2 Vocabulary, 4.5: what a party has to do with a duty, beside assigning or owing it. */
export const partyFunctions = [
  'attributedParty',
  'attributingParty',
  'compensatedParty',
  'compensatingParty',
  'consentedParty',
  'consentingParty',
  'contractedParty',
  'contractingParty',
  'informedParty',
  'informingParty',
  'trackedParty',
  'trackingParty',
] as const;

export interface PartyFunction {
  readonly function: (typeof partyFunctions)[number];
  readonly parties: readonly Party[];
}

export type Constraint = AtomicConstraint | LogicalConstraint;

export interface AtomicConstraint {
  readonly path: string;
  readonly id?: string;
  /** Canonical name: `dateTime`, `count`, … for ODRL's own, prefix and name or the IRI for a profile's. See `operandOf`. */
  readonly operand: string;
  readonly operator: Operator;
  readonly value: OrderedValue | TermsValue;
  /** IRI of the unit the number is in; the fact must be in the same. */
  readonly unit?: string;
  /** The policy takes only facts of this kind or better: attested before measured before declared. */
  readonly source?: FactSource;
  /** As for a rule: shown, not decided. */
  readonly declaredOnly?: boolean;
}

/**
 * A point on an ordered scale, as far as it is known: instants in milliseconds since the epoch, durations in milliseconds, numbers as
 * they are. `low` < `high` where the text leaves it open: a time without a zone spans 28 hours, `P1M` 28 to 31 days. Comparisons
 * that depend on where in between it lies are unknown.
 */
export interface OrderedValue {
  readonly type: 'ordered';
  /** As written, with its datatype. */
  readonly text: string;
  readonly datatype: string;
  readonly low: number;
  readonly high: number;
}

/** Names: IRIs, codes, texts. One for `eq`, several for the set operators. */
export interface TermsValue {
  readonly type: 'terms';
  readonly terms: readonly TextValue[];
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
  'MEMBERSHIP_UNKNOWN',
  'PROHIBITED',
  'PROHIBITION_UNDECIDED',
  'REFINEMENT_NOT_MET',
  'DUTY_NOT_FULFILLED',
  'TOO_EARLY',
  'TOO_LATE',
  'WRONG_TIME',
  'USES_EXHAUSTED',
  'WRONG_COUNT',
  'PURPOSE_NOT_ALLOWED',
  'VALUE_NOT_ALLOWED',
  'NOT_EXACTLY_ONE',
  'FACT_MISSING',
  'FACT_MALFORMED',
  'FACT_NOT_TRUSTED',
  'UNIT_DIFFERS',
  'UNDECIDABLE',
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
  'VALUE_WIDER',
  'REFINEMENT_DROPPED',
  'CONSTRAINT_DROPPED',
  'BRANCH_ADDED',
  'PROHIBITION_DROPPED',
  'DUTY_DROPPED',
  'OBLIGATION_DROPPED',
  'OBLIGATION_ADDED',
  'DECLARED_ONLY_DIFFERS',
  'CLASSIFICATION_DIFFERS',
  'AUDITORS_DIFFER',
  'UNBOUND_NOT_OFFERED',
  'PROFILE_DIFFERS',
  'TOO_COMPLEX',
  'NO_COMMON_USE',
  'NOTHING_COMPARED',
  'CLOCK_NOT_SHARED',
  'RECURRENCE_UNKNOWN',
  'RELATION_UNKNOWN',
  'LIMIT_OUTSIDE',
  'BOUNDS_CROSS',
  'DUTY_PROHIBITED',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** Where a fact comes from: said by the authority in a token, seen by us, or merely stated by whoever asks. Best first. */
export const factSources = ['attested', 'measured', 'declared'] as const;
export type FactSource = (typeof factSources)[number];

/**
 * One fact about a left operand. Instants and durations are milliseconds; a number with `unit` counts only for a constraint in that
 * unit; several names are everything that holds at once (an `isAllOf` looks at all of them, a purpose at each). `low` and `high`: a
 * fact that is known only so far.
 */
export interface Fact {
  readonly value: number | string | readonly string[] | { readonly low: number; readonly high: number };
  readonly source: FactSource;
  readonly unit?: string;
}

/** The state of the world a decision is taken on. A fact that is not given is unknown, and unknown denies. */
export interface Facts {
  /** Milliseconds since the epoch, by the decider's own clock: measured. */
  readonly now: number;
  /** The identity proven on the channel, hence attested; must be the request's assignee when given. */
  readonly assignee?: string;
  /** By canonical operand: `purpose`, `spatial`, `system`, … `dateTime` and `count` are not looked up here. */
  readonly values?: Readonly<Record<string, Fact>>;
  /** Uses already reserved under (this agreement, this rule): measured. */
  readonly counts?: (rule: string) => number;
  /**
   * Whether this use is among `counts` of a rule already (a stream opened): decide without reserving it again. A use that was
   * reserved under one rule is none of another.
   */
  readonly reserved?: (rule: string) => boolean;
  /** The state of a duty by its key; `undefined` is not set. */
  readonly duties?: (duty: string) => DutyState | undefined;
  /** Whether a party or an asset belongs to a collection. */
  readonly memberOf?: (member: string, collection: string) => Truth;
  /** Whether one name of an operand lies within another (`isPartOf`, `isA`, `hasPart`), e.g. a place in a region. Reflexive by itself. */
  readonly within?: (operand: string, inner: string, outer: string) => Truth;
}

/** Three-valued: `undefined` is unknown. */
export type Truth = boolean | undefined;

/** Information Model 2.6: a duty is owed, was done, or was not done in time. */
export type DutyState = 'pending' | 'fulfilled' | 'violated';

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
  /** Empty when permitted: otherwise the smallest set of failing conditions, and what would change each. */
  readonly reasons: readonly Reason[];
  /** The permission that granted it. */
  readonly rule?: string;
  /** What the caller must reserve, atomically with acting on the decision. Holds no rule of `facts.reserved`. */
  readonly reserve: readonly Reservation[];
  /**
   * Until when the same facts keep this verdict, as far as time alone goes, milliseconds since the epoch; absent: for ever. A
   * running use is decided again then.
   */
  readonly until?: number;
}

/** What one rule says of one request (W3C formal semantics): matching, activation, and for a permission its duties. */
export interface RuleReport {
  readonly rule: string;
  /** Action, target and assignee are the request's, and all constraints hold; with an unfulfilled duty a permission is not. */
  readonly active: Truth;
  /** The refinements of the action hold too: an active permission with it permits, an active prohibition prohibits. */
  readonly refined: Truth;
}

export interface DecideOptions {
  /** An Offer or a Set grants nothing: name the kind to ask what it *would* grant as an agreement. Default `agreement`. */
  readonly as?: 'agreement' | 'offer' | 'set';
  /** A duty that is not set does not block. W3C's strict reading, the default, blocks. */
  readonly lenientDuties?: boolean;
}

/** A request and facts that one policy permits and the other does not. */
export interface Witness {
  readonly request: DecisionRequest;
  /** `used`: uses already reserved, under every rule. */
  readonly facts: {
    readonly now: number;
    readonly values?: Readonly<Record<string, Fact>>;
    readonly used?: number;
    /**
     * The members of collections; with the list, whatever is not on it is no member. Refinements of collections and parties need no
     * facts of their own: they read `values`.
     */
    readonly memberOf?: readonly (readonly [member: string, collection: string])[];
    /** What lies within what, by operand; with the list, whatever is not on it does not. */
    readonly within?: readonly (readonly [operand: string, inner: string, outer: string])[];
    readonly duties?: Readonly<Record<string, DutyState>>;
  };
}

export type Comparison =
  | { readonly verdict: 'within' }
  | { readonly verdict: 'exceeds' | 'unknown'; readonly reasons: readonly Reason[]; readonly witness?: Witness };

/** Whether two policies can both be kept by one use. `Conflict`: proven that none can; `Compatible`: proven that some can. */
export interface Compatibility {
  readonly verdict: 'Conflict' | 'Compatible' | 'Unknown';
  readonly reasons: readonly Reason[];
  /** With `Compatible`: a use that both permit. */
  readonly witness?: Witness;
}

export interface CompareContext {
  /** Who requests, as proven on the channel. */
  readonly assignee: string;
  /** The dataset the offer stands under: offers in a catalog carry no target. */
  readonly target?: string;
  /** Who offers: offers in a catalog need not say so. */
  readonly assigner?: string;
  /** What the provider knows of names and collections, and will decide by: without it such relations are unknown. */
  readonly knowledge?: Knowledge;
}

/** Relations that do not depend on the use: what lies within what, and what belongs to which collection. */
export type Knowledge = Pick<Facts, 'within' | 'memberOf'>;
