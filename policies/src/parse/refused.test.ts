import { expect, test } from 'vitest';
import type { PolicyJson } from '../model.js';
import { parsePolicy } from './policy.js';

const constraint = {
  leftOperand: 'odrl:count',
  operator: 'lteq',
  rightOperand: { '@value': '10', '@type': 'xsd:integer' },
};
const base: PolicyJson = {
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  target: 'urn:causeway:maker:steel',
  permission: [{ action: 'use', constraint: [constraint] }],
};
const withConstraint = (changed: PolicyJson): PolicyJson => ({
  ...base,
  permission: [{ action: 'use', constraint: [{ ...constraint, ...changed }] }],
});
const withRule = (changed: PolicyJson): PolicyJson => ({ ...base, permission: [{ action: 'use', ...changed }] });

function problems(json: unknown, kind?: 'Offer' | 'Agreement' | 'Set' | 'Request') {
  const result = parsePolicy(json, kind ? { kind } : {});
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

const refused: Record<string, [json: unknown, problem: string, kind?: 'Offer' | 'Agreement' | 'Set' | 'Request']> = {
  'not an object': [[base], 'VALUE_MALFORMED '],
  'not JSON': [{ ...base, target: undefined }, 'VALUE_MALFORMED /target'],
  'another class of ODRL': [{ ...base, '@type': 'odrl:Assertion' }, 'TYPE_UNEXPECTED /@type'],
  'another class than demanded': [base, 'TYPE_UNEXPECTED /@type', 'Agreement'],
  'an unknown member': [{ ...base, 'x/y': 1 }, 'TERM_UNKNOWN /x~1y'],
  'our own namespace, unknown term': [{ ...base, 'urn:causeway:v1:more': 1 }, 'TERM_UNKNOWN /urn:causeway:v1:more'],
  'a member of Object.prototype': [
    JSON.parse('{"@type":"Offer","permission":[{"action":"use"}],"__proto__":{}}'),
    'TERM_UNKNOWN /__proto__',
  ],
  'one member in two spellings': [{ ...base, 'odrl:target': 'urn:x' }, 'MEMBER_TWICE /odrl:target'],
  'a context that could change the terms': [
    { ...base, '@context': { use: 'odrl:read' } },
    'CONTEXT_UNKNOWN /@context/use',
  ],
  'an unknown profile': [{ ...base, profile: ['urn:x:p'] }, 'PROFILE_UNKNOWN /profile/0'],
  'an unknown conflict strategy': [{ ...base, 'odrl:conflict': 'odrl:allow' }, 'CONFLICT_UNKNOWN /odrl:conflict'],
  'an unknown action': [withRule({ action: 'odrl:raed' }), 'ACTION_UNKNOWN /permission/0/action'],
  'an action of another namespace': [withRule({ action: 'urn:x:use' }), 'ACTION_UNKNOWN /permission/0/action'],
  'no action': [{ ...base, permission: [{}] }, 'MEMBER_MISSING /permission/0'],
  'no rules': [{ '@type': 'Offer', '@id': 'urn:x' }, 'MEMBER_MISSING '],
  'only empty lists of rules': [{ ...base, permission: [], prohibition: [] }, 'MEMBER_MISSING '],
  'nobody as assignee': [{ ...base, assignee: [] }, 'VALUE_EMPTY /assignee'],
  'an unknown operand': [
    withConstraint({ leftOperand: 'odrl:counts' }),
    'OPERAND_UNKNOWN /permission/0/constraint/0/leftOperand',
  ],
  'an unknown operator': [
    withConstraint({ operator: 'term-lteq' }),
    'OPERATOR_UNKNOWN /permission/0/constraint/0/operator',
  ],
  'an unknown datatype': [
    withConstraint({ rightOperand: { '@value': '10', '@type': 'xsd:duration' } }),
    'DATATYPE_UNKNOWN /permission/0/constraint/0/rightOperand/@type',
  ],
  'half a use': [withConstraint({ rightOperand: 0.5 }), 'VALUE_RANGE /permission/0/constraint/0/rightOperand'],
  'more uses than can be counted': [
    withConstraint({ rightOperand: '9007199254740993' }),
    'VALUE_RANGE /permission/0/constraint/0/rightOperand',
  ],
  'a logical constraint with an operand beside it': [
    withConstraint({ or: [] }),
    'VALUE_MALFORMED /permission/0/constraint/0',
  ],
  'an empty or': [withRule({ constraint: [{ or: [] }] }), 'VALUE_EMPTY /permission/0/constraint/0'],
  'a count in a prohibition': [
    { ...base, prohibition: [{ action: 'odrl:print', constraint: [constraint] }] },
    'COUNT_IN_PROHIBITION /prohibition/0/constraint/0',
  ],
  'half a surrogate pair': [{ ...base, target: 'urn:\ud800' }, 'VALUE_MALFORMED /target'],
  'half a surrogate pair in a name': [{ ...base, 'urn:x:\ud800': 1 }, 'VALUE_MALFORMED '],
  'a timestamp in an offer': [{ ...base, timestamp: '2027-01-01T00:00:00Z' }, 'TERM_UNKNOWN /timestamp'],
  'an agreement with two assignees': [
    { ...base, '@type': 'Agreement', assigner: 'urn:a', assignee: ['urn:b', 'urn:c'] },
    'VALUE_MALFORMED /assignee',
  ],
  'a context that binds a known prefix elsewhere': [
    { ...base, '@context': { odrl: 'urn:evil:' } },
    'CONTEXT_UNKNOWN /@context/odrl',
  ],
  'a metadata statement that voids the policy': [
    { ...base, 'dc:isReplacedBy': { '@id': 'urn:x' } },
    'TERM_NOT_DECIDED /dc:isReplacedBy',
  ],
  'a level of classification that does not exist': [
    { ...base, 'urn:causeway:v1:classification': { level: '4' } },
    'VALUE_MALFORMED /urn:causeway:v1:classification/level',
  ],
  'a domain that does not exist': [
    { ...base, 'urn:causeway:v1:classification': { level: '1', domain: 'produktion' } },
    'TERM_UNKNOWN /urn:causeway:v1:classification/domain',
  ],
  'an operator that means nothing for the operand': [
    withConstraint({ leftOperand: 'odrl:purpose', operator: 'gteq', rightOperand: 'x' }),
    'OPERATOR_NOT_VALID /permission/0/constraint/0/operator',
  ],
  'a list for one value': [
    withConstraint({ leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: ['a', 'b'] }),
    'VALUE_MALFORMED /permission/0/constraint/0/rightOperand',
  ],
  'a unit of what has none': [withConstraint({ unit: 'urn:x' }), 'UNIT_UNKNOWN /permission/0/constraint/0/unit'],
  'a unit that is no IRI': [
    withConstraint({ leftOperand: 'odrl:payAmount', 'odrl:unit': 'EUR' }),
    'UNIT_UNKNOWN /permission/0/constraint/0/odrl:unit',
  ],
  'a status': [withConstraint({ 'odrl:status': 5 }), 'TERM_NOT_DECIDED /permission/0/constraint/0/odrl:status'],
  'two datatypes': [
    withConstraint({ dataType: 'xsd:long' }),
    'VALUE_MALFORMED /permission/0/constraint/0/rightOperand/@type',
  ],
  'a source of facts nobody has': [
    withConstraint({ 'urn:causeway:v1:source': 'guessed' }),
    'TERM_UNKNOWN /permission/0/constraint/0/urn:causeway:v1:source',
  ],
  'a source of facts that the policy names itself': [
    withConstraint({ 'ids:pipEndpoint': [{ '@type': 'ids:PIP' }] }),
    'TERM_NOT_DECIDED /permission/0/constraint/0/ids:pipEndpoint',
  ],
  'a constraint defined nowhere': [
    withRule({ constraint: [{ '@id': 'urn:c:1' }] }),
    'REFERENCE_UNKNOWN /permission/0/constraint/0',
  ],
  'a value to be fetched': [
    withRule({
      constraint: [{ leftOperand: 'spatial', operator: 'eq', rightOperandReference: { '@id': 'https://x.example/' } }],
    }),
    'REFERENCE_UNKNOWN /permission/0/constraint/0/rightOperandReference',
  ],
  'a policy to inherit from that is not at hand': [
    { ...base, 'odrl:inheritFrom': 'urn:x' },
    'REFERENCE_UNKNOWN /odrl:inheritFrom',
  ],
  'a duty that comes after the use': [
    withRule({ duty: [{ action: 'odrl:delete' }] }),
    'DUTY_AFTER_USE /permission/0/duty/0',
  ],
  'a duty without action': [withRule({ duty: [{}] }), 'MEMBER_MISSING /permission/0/duty/0'],
  'a remedy of a permission': [withRule({ remedy: [] }), 'TERM_NOT_DECIDED /permission/0/remedy'],
  'a duty of a prohibition': [
    { ...base, prohibition: [{ action: 'odrl:print', duty: [] }] },
    'TERM_NOT_DECIDED /prohibition/0/duty',
  ],
  'a consequence of a consequence': [
    {
      ...base,
      obligation: [
        {
          action: 'odrl:inform',
          consequence: [{ action: 'odrl:compensate', consequence: [{ action: 'odrl:delete' }] }],
        },
      ],
    },
    'TERM_NOT_DECIDED /obligation/0/consequence/0/consequence',
  ],
  'a consequence of a remedy': [
    {
      ...base,
      prohibition: [
        { action: 'odrl:print', remedy: [{ action: 'odrl:delete', consequence: { action: 'odrl:compensate' } }] },
      ],
    },
    'TERM_NOT_DECIDED /prohibition/0/remedy/0/consequence',
  ],
  'a refinement that says nothing': [
    withRule({ target: { '@type': 'AssetCollection', source: 'urn:x', refinement: [] } }),
    'VALUE_EMPTY /permission/0/target/refinement',
  ],
  'a collection with uid and source': [
    withRule({ assignee: { '@type': 'PartyCollection', uid: 'urn:x', source: 'urn:y' } }),
    'VALUE_MALFORMED /permission/0/assignee',
  ],
  'an asset where a party belongs': [
    withRule({ assignee: { '@type': 'AssetCollection', uid: 'urn:x' } }),
    'TYPE_UNEXPECTED /permission/0/assignee/@type',
  ],
  'an action with two names': [
    withRule({ action: { 'rdf:value': { '@id': 'use' }, '@id': 'odrl:read' } }),
    'VALUE_MALFORMED /permission/0/action',
  ],
  'an action for all rules and for one': [{ ...base, action: 'use' }, 'VALUE_MALFORMED /permission/0/action'],
  'a word where true or false belongs': [
    withRule({ 'urn:causeway:v1:declaredOnly': 'yes' }),
    'VALUE_MALFORMED /permission/0/urn:causeway:v1:declaredOnly',
  ],
  'an agreement that does not say with whom': [{ ...base, '@type': 'Agreement', assigner: 'urn:a' }, 'MEMBER_MISSING '],
};

test.each(Object.entries(refused))('refused with its place: %s', (_, [json, problem, kind]) => {
  expect(problems(json, kind)).toContain(problem);
});

test('a duty that comes after the use is refused with the obligation that was meant', () => {
  const duty = {
    action: 'odrl:delete',
    constraint: [{ leftOperand: 'dateTime', operator: 'lt', rightOperand: '2027-01-01T00:00:00Z' }],
  };
  const result = parsePolicy(withRule({ duty: [duty] }));
  const [problem] = result.ok ? [] : result.problems;
  expect(JSON.parse(problem?.suggestion ?? '')).toEqual({ obligation: [duty] });
  const before = { leftOperand: 'event', operator: 'lt', rightOperand: { '@id': 'odrl:policyUsage' } };
  expect(problems(withRule({ duty: [{ action: 'odrl:inform', constraint: [before] }] }))).toEqual([]);
  expect(problems({ ...base, obligation: [duty] })).toEqual([]);
});
