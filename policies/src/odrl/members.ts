import { type PartyFunction, partyFunctions } from '../model.js';
import { auditorsTerm, classificationTerm, declaredOnlyTerm, type MemberTable, sourceTerm } from './terms.js';

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
