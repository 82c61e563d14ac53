const odrl = 'http://www.w3.org/ns/odrl/2/';
const prefixes = [
  { prefix: 'odrl:', iri: odrl, keep: '' },
  { prefix: 'cc:', iri: 'http://creativecommons.org/ns#', keep: 'cc:' },
  { prefix: 'xsd:', iri: 'http://www.w3.org/2001/XMLSchema#', keep: 'xsd:' },
  { prefix: 'dspace:', iri: 'https://w3id.org/dspace/2025/1/', keep: '' },
] as const;

/** Our IRI key on a policy: an array of the ids that may see the evidence, beside the parties. */
export const auditorsTerm = 'urn:causeway:v1:auditors';

/**
 * One name for the spellings of a term: `count`, `odrl:count` and `http://www.w3.org/ns/odrl/2/count` are `count`; Creative
 * Commons and XSD terms keep their prefix. Anything else comes back as it is, and is then not found in any table.
 */
export function termOf(text: string): string {
  for (const { prefix, iri, keep } of prefixes) {
    const start = text.startsWith(prefix) ? prefix : text.startsWith(iri) ? iri : undefined;
    if (start === undefined) continue;
    const local = text.slice(start.length);
    // `odrl:cc:Sharing` is not `cc:Sharing`.
    return /^[A-Za-z]+$/.test(local) ? keep + local : text;
  }
  return text;
}

/** Contexts that give the terms the meaning read here. Any other could redefine them. */
export const knownContexts: readonly string[] = [
  'https://w3id.org/dspace/2025/1/context.jsonld',
  'https://w3id.org/dspace/2025/1/odrl-profile.jsonld',
  'http://www.w3.org/ns/odrl.jsonld',
  'https://www.w3.org/ns/odrl.jsonld',
];

/** Profiles that add no term beyond those read here. */
export const knownProfiles: readonly string[] = [`${odrl}core`, 'https://w3id.org/dspace/2025/1/odrl-profile.jsonld'];

/** What a member of a policy document means here: read, or known by name and refused. */
export interface MemberTable {
  readonly read: readonly string[];
  readonly undecided: readonly string[];
}

const duties = ['duty', 'obligation', 'remedy', 'consequence', 'failure'];

export const policyMembers: MemberTable = {
  read: [
    '@context',
    '@type',
    '@id',
    'uid',
    'profile',
    'conflict',
    'target',
    'assigner',
    'assignee',
    'timestamp',
    'permission',
    'prohibition',
    'obligation',
    auditorsTerm,
  ],
  undecided: ['inheritFrom', 'inheritAllowed', 'action', 'constraint', 'refinement', 'function', 'relation', ...duties],
};

export const ruleMembers: MemberTable = {
  read: ['@type', '@id', 'uid', 'action', 'target', 'assignee', 'constraint', 'duty', 'remedy'],
  undecided: [
    'assigner',
    'refinement',
    'function',
    'relation',
    'output',
    'informedParty',
    'compensatedParty',
    ...duties,
  ],
};

export const constraintMembers: MemberTable = {
  read: ['@type', '@id', 'uid', 'leftOperand', 'operator', 'rightOperand', 'and', 'or', 'xone', 'andSequence'],
  undecided: ['rightOperandReference', 'unit', 'dataType', 'status', 'refinement'],
};

/** Terms of DSP 2025-1's own context among those written by `toWire`; every other ODRL term is written as `odrl:…`. */
const dspTerms: ReadonlySet<string> = new Set(['use', 'prohibit']);

/** How a term is written on the DSP wire. */
export function wireTerm(term: string): string {
  if (dspTerms.has(term)) return term;
  return term.startsWith('cc:') ? `http://creativecommons.org/ns#${term.slice(3)}` : `odrl:${term}`;
}
