import type {
  CompareContext,
  Comparison,
  DecideOptions,
  Decision,
  DecisionRequest,
  Facts,
  Policy,
  PolicyJson,
  Problem,
} from './model.js';

export * from './model.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';

export type ParseResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };
export interface CompiledPolicy {
  readonly policy: Policy;
}
export interface OfferTerms {
  readonly id: string;
  readonly target?: string;
  readonly assignees?: readonly string[];
  readonly action?: string;
  readonly from?: string | number;
  readonly until?: string | number;
  readonly count?: number;
  readonly purposes?: readonly string[];
  readonly prohibit?: readonly string[];
  readonly auditors?: readonly string[];
}
export declare const engineVersion: string;
export declare const auditorsTerm: 'urn:causeway:v1:auditors';
export declare function parsePolicy(
  json: unknown,
  options?: { kind?: 'Offer' | 'Agreement' | 'Set' | 'Request' },
): ParseResult;
/** @throws PolicyError POLICY_INVALID */
export declare function readPolicy(json: unknown, options?: { kind?: 'Offer' | 'Agreement' | 'Set' | 'Request' }): Policy;
export declare function compile(policy: Policy): CompiledPolicy;
export declare function decide(
  policy: CompiledPolicy,
  request: DecisionRequest,
  facts: Facts,
  options?: DecideOptions,
): Decision;
export declare function compareRequest(request: Policy, offer: Policy, context?: CompareContext): Comparison;
/** @throws PolicyError NOT_ON_DSP */
export declare function toWire(policy: Policy): PolicyJson;
export declare function offerFor(terms: OfferTerms): PolicyJson;
export declare function agreementFor(
  request: Policy,
  terms: { id: string; target: string; assigner: string; assignee: string; timestamp: string },
): PolicyJson;
export declare function describePolicy(policy: Policy, lang: 'en' | 'zh'): string;
