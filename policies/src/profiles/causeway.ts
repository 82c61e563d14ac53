import { operand } from '../odrl/scale.js';
import { securityLevels } from './ids.js';
import type { Profile } from './profile.js';

/** Everything of ours begins with this: the JSON-LD key is the absolute IRI itself, so no context is needed. */
export const causewayPrefix = 'urn:causeway:v1:';
/** On a policy: the ids that may see the evidence, beside the parties. */
export const auditorsTerm = `${causewayPrefix}auditors`;
/** On a policy: `{"level":"2","domain":"production"}`. */
export const classificationTerm = `${causewayPrefix}classification`;
/** `true` on an offer: who has no certificate may have tokens that are bound to none, and whoever holds one can use it. */
export const unboundTokensTerm = `${causewayPrefix}unboundTokens`;
/** `true` on a rule, duty or constraint that nobody can enforce technically. */
export const declaredOnlyTerm = `${causewayPrefix}declaredOnly`;
/** On a constraint: the worst kind of fact it takes. */
export const sourceTerm = `${causewayPrefix}source`;

/** Our own terms. Absolute IRIs of ours, so a policy need not declare the profile to use them. */
export const causewayProfile: Profile = {
  iris: [`${causewayPrefix}profile`],
  name: 'Causeway',
  operands: [
    // What `mask` acts on: JSON pointers or column names.
    operand(`${causewayPrefix}field`, 'terms', { hierarchy: false }),
    // The terms that `nextPolicy` hands on: DSP carries neither a duty's target nor `hasPolicy`.
    operand(`${causewayPrefix}policy`, 'terms', { hierarchy: false }),
    operand(`${causewayPrefix}role`, 'terms', { held: true }),
    operand(`${causewayPrefix}securityLevel`, 'terms', { held: true, wider: securityLevels }),
  ],
  actions: [{ term: `${causewayPrefix}mask`, includedIn: 'modify' }],
  undeclared: true,
};
