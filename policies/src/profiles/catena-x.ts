import { type Operand, type Operator, operand, type Scale } from '../odrl/scale.js';
import type { Profile } from './profile.js';

const only = (name: string, operators: readonly Operator[], scale: Scale = 'terms'): Operand =>
  operand(`cx-policy:${name}`, scale, { operators, hierarchy: false, held: attributes.has(name) });

/** What a partner has, may have several of, and is not used. */
const attributes: ReadonlySet<string> = new Set([
  'BusinessPartnerGroup',
  'ContractReference',
  'FrameworkAgreement',
  'Membership',
]);

/**
 * Catena-X's operands with the operators its schemas allow. `eq` stands beside `isAnyOf` and `isAllOf` where the release of 24.05
 * wrote it so. The `Data…` boundaries are agreed texts: what Catena-X compares is that both sides name the same.
 */
const operands: readonly Operand[] = [
  only('AffiliatesBpnl', ['isAnyOf']),
  only('AffiliatesRegion', ['isAnyOf']),
  only('BusinessPartnerGroup', ['isAnyOf', 'isNoneOf', 'eq']),
  only('BusinessPartnerNumber', ['isAnyOf', 'isNoneOf', 'eq']),
  only('ConfidentialInformationMeasures', ['eq']),
  only('ConfidentialInformationSharing', ['isAnyOf']),
  only('ContractReference', ['isAllOf', 'eq']),
  only('ContractTermination', ['eq']),
  only('DataFrequency', ['eq']),
  only('DataProvisioningEndDate', ['eq'], 'instant'),
  only('DataProvisioningEndDurationDays', ['eq'], 'integer'),
  only('DataUsageEndDate', ['eq'], 'instant'),
  only('DataUsageEndDefinition', ['eq']),
  only('DataUsageEndDurationDays', ['eq'], 'integer'),
  only('ExclusiveUsage', ['eq']),
  only('FrameworkAgreement', ['eq']),
  only('JurisdictionLocation', ['eq']),
  only('JurisdictionLocationReference', ['eq']),
  only('Liability', ['eq']),
  only('ManagedLegalEntityBpnl', ['isAnyOf']),
  only('ManagedLegalEntityRegion', ['isAnyOf']),
  only('Membership', ['eq']),
  only('Precedence', ['eq']),
  only('UsagePurpose', ['isAnyOf', 'eq']),
  only('UsageRestriction', ['isAllOf']),
  only('VersionChanges', ['eq']),
  only('Warranty', ['eq']),
  only('WarrantyDefinition', ['eq']),
  only('WarrantyDurationMonths', ['eq'], 'integer'),
];

/** An access policy is about seeing the offer, not about using the data: neither is part of the other. */
const actions = [{ term: 'cx-policy:access', includedIn: null }];

const release = 'https://w3id.org/catenax/2025/9/policy/';
const first = 'https://w3id.org/catenax/policy/';

export const catenaXProfile: Profile = {
  iris: [release, `${release}context.jsonld`],
  name: 'Catena-X, release 2025-9',
  prefixes: { 'cx-policy': release },
  contexts: [`${release}context.jsonld`, `${release}odrl.jsonld`],
  operands,
  actions,
  bare: true,
};

export const catenaX2405Profile: Profile = {
  iris: [`${first}profile2405`, first],
  name: 'Catena-X, release 24.05',
  prefixes: { 'cx-policy': first },
  operands,
  actions,
};
