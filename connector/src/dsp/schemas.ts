import { dspContext } from './vocabulary.js';

/**
 * Schemas of our own for Dataspace Protocol 2025-1. They are strict where another reading would bite (contexts, types,
 * the alternatives of first and later messages, policies without rules) and bounded in what they take; members they do
 * not name pass, because extensions are members.
 */
const context = {
  type: 'array',
  items: { type: 'string', maxLength: 500 },
  contains: { const: dspContext },
  maxItems: 16,
};

/** In bytes of UTF-8: a key of the store holds such an id beside a participant's. */
export const longestId = 500;

/** Ids stand in paths, so none may hold what a path gives a meaning to. */
const id = { type: 'string', minLength: 1, maxBytes: longestId, pattern: '^(?!\\.{1,2}$)[^/?#%\\\\\\s\\p{Cc}]+$' };
/** Ids that something is stored under. */
const name = { type: 'string', minLength: 1, maxBytes: longestId, pattern: '^\\P{Cc}+$' };
/** Ids that stand neither in a path nor in a key. */
const iri = { type: 'string', minLength: 1, maxLength: 2_000 };
const url = { type: 'string', minLength: 1, maxLength: 2_000, pattern: '^https?://' };
const text = { type: 'string', maxLength: 10_000 };
const reasons = { type: 'array', minItems: 1, maxItems: 100 };

const operators = 'eq gt gteq lteq hasPart isA isAllOf isAnyOf isNoneOf isPartOf lt term-lteq neq'.split(' ');
const constraints = { type: 'array', items: { $ref: '#/$defs/constraint' }, maxItems: 200 };
const rules = { type: 'array', minItems: 1, maxItems: 200, items: { $ref: '#/$defs/rule' } };

const definitions = {
  constraint: {
    type: 'object',
    oneOf: [
      ...['and', 'andSequence', 'or', 'xone'].map((word) => ({
        required: [word],
        properties: { [word]: constraints },
      })),
      {
        required: ['leftOperand', 'operator', 'rightOperand'],
        properties: {
          leftOperand: iri,
          operator: { enum: operators },
          rightOperand: { type: ['string', 'object', 'array'] },
        },
      },
    ],
  },
  rule: { type: 'object', required: ['action'], properties: { action: iri, constraint: constraints } },
};

const policy = {
  '@id': name,
  profile: { anyOf: [iri, { type: 'array', items: iri, maxItems: 16 }] },
  permission: rules,
  prohibition: rules,
  obligation: rules,
};
const grantsSomething = [{ required: ['permission'] }, { required: ['prohibition'] }];
const offer = {
  type: 'object',
  required: ['@id', '@type'],
  properties: { ...policy, '@type': { const: 'Offer' }, target: id },
  anyOf: grantsSomething,
};
const time = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?|24:00:00(\\.0+)?';
const zone = 'Z|[+-]((0\\d|1[0-3]):[0-5]\\d|14:00)';
/** xsd:dateTime, as the schema of the standard has it. */
const instant = {
  type: 'string',
  maxLength: 100,
  pattern: `^-?([1-9]\\d{3,}|0\\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T(${time})(${zone})?$`,
};
const agreement = {
  type: 'object',
  required: ['@id', '@type', 'target', 'assigner', 'assignee'],
  properties: {
    ...policy,
    '@type': { const: 'Agreement' },
    target: id,
    assigner: iri,
    assignee: iri,
    timestamp: instant,
  },
  anyOf: grantsSomething,
};
const dataAddress = {
  type: 'object',
  required: ['@type', 'endpointType'],
  properties: {
    '@type': { const: 'DataAddress' },
    endpointType: iri,
    endpoint: { type: 'string', maxLength: 2_000 },
    endpointProperties: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: {
        type: 'object',
        required: ['@type', 'name', 'value'],
        properties: { '@type': { const: 'EndpointProperty' }, name: iri, value: { type: 'string', maxLength: 20_000 } },
      },
    },
  },
};

type Properties = Record<string, object>;

function message(type: string, required: readonly string[], properties: Properties, more: object = {}): object {
  return {
    $defs: definitions,
    type: 'object',
    required: ['@context', '@type', ...required],
    properties: { '@context': context, '@type': { const: type }, '@id': iri, ...properties },
    ...more,
  };
}

const pids = { providerPid: id, consumerPid: id };
const both = ['providerPid', 'consumerPid'];
const ending = { ...pids, code: text, reason: reasons };

/** By `@type` of the message. */
export const messageSchemas = {
  CatalogRequestMessage: message('CatalogRequestMessage', [], { filter: { type: 'array', maxItems: 100 } }),
  ContractRequestMessage: message(
    'ContractRequestMessage',
    ['consumerPid', 'offer'],
    { ...pids, offer, callbackAddress: url },
    { oneOf: [{ required: ['callbackAddress'] }, { required: ['providerPid'] }] },
  ),
  ContractOfferMessage: message(
    'ContractOfferMessage',
    ['providerPid', 'offer'],
    { ...pids, offer: { ...offer, required: ['@id', '@type', 'target'] }, callbackAddress: url },
    { oneOf: [{ required: ['callbackAddress'] }, { required: ['consumerPid'] }] },
  ),
  ContractAgreementMessage: message('ContractAgreementMessage', [...both, 'agreement'], { ...pids, agreement }),
  ContractAgreementVerificationMessage: message('ContractAgreementVerificationMessage', both, pids),
  ContractNegotiationEventMessage: message('ContractNegotiationEventMessage', [...both, 'eventType'], {
    ...pids,
    eventType: { enum: ['ACCEPTED', 'FINALIZED'] },
  }),
  ContractNegotiationTerminationMessage: message('ContractNegotiationTerminationMessage', both, ending),
  TransferRequestMessage: message(
    'TransferRequestMessage',
    ['agreementId', 'format', 'callbackAddress', 'consumerPid'],
    { agreementId: name, format: iri, dataAddress, callbackAddress: url, consumerPid: id },
  ),
  TransferStartMessage: message('TransferStartMessage', both, { ...pids, dataAddress }),
  TransferCompletionMessage: message('TransferCompletionMessage', both, pids),
  TransferSuspensionMessage: message('TransferSuspensionMessage', both, ending),
  TransferTerminationMessage: message('TransferTerminationMessage', both, ending),
} as const;

/** Answers: `Dataset` and `Catalog` of peers are read by them, what a process answers is held against them by the vectors. */
export const answerSchemas = {
  ContractNegotiation: message('ContractNegotiation', [...both, 'state'], {
    ...pids,
    state: { enum: ['REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED', 'VERIFIED', 'FINALIZED', 'TERMINATED'] },
  }),
  TransferProcess: message('TransferProcess', [...both, 'state'], {
    ...pids,
    state: { enum: ['REQUESTED', 'STARTED', 'TERMINATED', 'COMPLETED', 'SUSPENDED'] },
  }),
  Dataset: message('Dataset', ['@id', 'hasPolicy', 'distribution'], {
    '@id': id,
    hasPolicy: { type: 'array', minItems: 1, maxItems: 1_000, items: { ...offer, not: { required: ['target'] } } },
    distribution: { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'object', required: ['format'] } },
  }),
  Catalog: message('Catalog', ['@id', 'participantId'], {
    '@id': iri,
    participantId: iri,
    dataset: { type: 'array', minItems: 1, maxItems: 10_000, items: { type: 'object', required: ['@id'] } },
  }),
} as const;
