import { type PartyFunction, partyFunctions } from '../model.js';
import {
  auditorsTerm,
  classificationTerm,
  declaredOnlyTerm,
  type MemberTable,
  sourceTerm,
  unboundTokensTerm,
} from './terms.js';

/** Vocabulary 2.1 and Information Model 2.1: what may be said about the document itself. */
export const metadataMembers = [
  'dc:creator',
  'dc:description',
  'dc:title',
  'dc:issued',
  'dc:modified',
  'dc:publisher',
  'dc:replaces',
];

const functions: readonly PartyFunction['function'][] = partyFunctions;
const failures = ['failure', 'function', 'relation', 'implies', 'includedIn'];

export const policyMembers: MemberTable = {
  read: [
    '@context',
    '@type',
    '@id',
    'profile',
    'conflict',
    'inheritFrom',
    'target',
    'assigner',
    'assignee',
    'action',
    'timestamp',
    'permission',
    'prohibition',
    'obligation',
    'ids:provider',
    'ids:consumer',
    auditorsTerm,
    classificationTerm,
    unboundTokensTerm,
    ...metadataMembers,
  ],
  undecided: [
    'inheritAllowed',
    'constraint',
    'refinement',
    'duty',
    'remedy',
    'consequence',
    'hasPolicy',
    'dc:coverage',
    'dc:isReplacedBy',
    ...functions,
    ...failures,
  ],
};

const rule = ['@type', '@id', 'action', 'target', 'assigner', 'assignee', 'constraint', declaredOnlyTerm];
const elsewhere = ['refinement', 'output', 'profile', 'conflict', ...failures];

export const ruleMembers: Readonly<Record<'permission' | 'prohibition', MemberTable>> = {
  permission: { read: [...rule, 'duty'], undecided: [...elsewhere, ...functions, 'remedy', 'consequence'] },
  prohibition: { read: [...rule, 'remedy'], undecided: [...elsewhere, ...functions, 'duty', 'consequence'] },
};

export const dutyMembers: MemberTable = {
  read: [...rule, 'consequence', 'hasPolicy', ...functions],
  undecided: [...elsewhere, 'duty', 'remedy'],
};

export const constraintMembers: MemberTable = {
  read: [
    '@type',
    '@id',
    'leftOperand',
    'operator',
    'rightOperand',
    'rightOperandReference',
    'dataType',
    'unit',
    'and',
    'or',
    'xone',
    'andSequence',
    sourceTerm,
    declaredOnlyTerm,
  ],
  undecided: ['status', 'refinement', 'ids:pipEndpoint', 'dc:frequency'],
};

export const actionMembers: MemberTable = {
  read: ['@type', '@id', 'rdf:value', 'refinement'],
  undecided: ['includedIn', 'implies'],
};

export const placeMembers: MemberTable = {
  read: ['@type', '@id', 'source', 'refinement'],
  undecided: ['partOf', 'hasPolicy', 'assignerOf', 'assigneeOf'],
};

/** Why a member that is known by name is refused all the same, and what to write instead. */
export const notDecided: Readonly<Record<string, string>> = {
  'ids:pipEndpoint':
    'facts come from the authority, the channel and what is measured, never from an address that the policy names: take it out',
  'dc:isReplacedBy': 'it says that this policy is void: use the one that replaces it',
  'dc:coverage': 'nobody here decides which law applies: write the place as a constraint (spatial)',
  'dc:frequency': 'nothing here pays again: write the interval as a constraint (timeInterval)',
  inheritAllowed: 'ODRL 2.2 has taken it back: leave it out',
  partOf: 'membership is a fact about the world, not a term of a contract: leave it out',
  status: 'how far a constraint is used up is counted here, not stated by the policy: leave it out',
  failure: 'it is abstract: write remedy (of a prohibition) or consequence (of a duty)',
  relation: 'it is abstract: write target',
  function: 'it is abstract: write assigner, assignee or the party it names',
  remedy: 'only a prohibition has remedies: what is owed first is a duty, what is owed later an obligation',
  consequence: 'only a duty or an obligation has consequences',
  duty: 'only a permission has duties: a prohibition has remedies, a policy obligations',
  refinement: 'it narrows an action, a collection of parties or of assets: write it there',
};
