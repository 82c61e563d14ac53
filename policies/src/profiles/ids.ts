import { type OperandTraits, operand } from '../odrl/scale.js';
import type { Profile } from './profile.js';

const security = 'urn:causeway:v1:securityLevel';

/** What is certified for more satisfies a demand for less. */
export const securityLevels: Readonly<Record<string, string>> = {
  'idsc:TRUST_PLUS_SECURITY_PROFILE': 'idsc:TRUST_SECURITY_PROFILE',
  'idsc:TRUST_SECURITY_PROFILE': 'idsc:BASE_SECURITY_PROFILE',
};

const names = (term: string, traits: OperandTraits = {}) => operand(term, 'terms', traits);

/**
 * International Data Spaces: what the twenty-five policy classes of IDS-G are written with, beside ODRL's own. IDS-G's examples
 * name no profile and bind the prefixes in `@context`: that declares it too.
 */
export const idsProfile: Profile = {
  iris: ['https://w3id.org/idsa/code/', 'https://w3id.org/idsa/core/', 'https://w3id.org/idsa/core'],
  name: 'International Data Spaces',
  prefixes: {
    idsc: 'https://w3id.org/idsa/code/',
    ids: 'https://w3id.org/idsa/core/',
    vcard: 'http://www.w3.org/2006/vcard/ns#',
    skos: 'http://www.w3.org/2004/02/skos/core#',
  },
  operands: [
    // One connector serves one participant: its certificate is the participant's.
    names('idsc:CONNECTOR', { fact: 'systemDevice' }),
    names('idsc:APPLICATION'),
    names('idsc:ROLE', { fact: 'urn:causeway:v1:role' }),
    names('idsc:SECURITY_LEVEL', { fact: security, wider: securityLevels }),
    names('idsc:state', { held: true }),
    names('idsc:LOG_LEVEL', { hierarchy: false }),
    names('idsc:NOTIFICATION_LEVEL', { hierarchy: false }),
    names('idsc:REPLACE_WITH', { hierarchy: false, operators: ['eq'] }),
    names('idsc:JSON_PATH', { hierarchy: false, operators: ['eq', 'isAnyOf'] }),
    names('idsc:QUERY', { hierarchy: false }),
    names('ids:artifact_state', { held: true }),
    names('vcard:hasRole', { fact: 'urn:causeway:v1:role' }),
    names('vcard:hasGeo', { fact: 'spatial' }),
    names('skos:concept', { held: true }),
  ],
  actions: [
    { term: 'idsc:READ', includedIn: 'read' },
    { term: 'idsc:REPLACE', includedIn: 'modify' },
    { term: 'idsc:MPC', includedIn: 'anonymize' },
    { term: 'idsc:log', includedIn: 'use' },
  ],
};

/** ODRL's `event` in IDS-G: the use of the data itself. A duty `event lt` this one is owed before. */
export const policyUsage: readonly string[] = [
  'odrl:policyUsage',
  'http://www.w3.org/ns/odrl/2/policyUsage',
  'policyUsage',
];
