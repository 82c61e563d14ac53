import { auditorsMember } from '@causeway/evidence';

/** The JSON-LD context that every Dataspace Protocol 2025-1 message names. */
export const dspContext = 'https://w3id.org/dspace/2025/1/context.jsonld';

export const dspVersion = '2025-1';

/** Where DSP lives below a connector's HTTPS root, and 2025-1 below that. */
export const dspRoot = '/dsp';
export const dspBase = `${dspRoot}/${dspVersion}`;

/** The transfer formats this connector speaks, and the types of their data addresses. */
export const grpcPull = 'GrpcData-PULL';
export const grpcPullEndpoint = `urn:causeway:v1:${grpcPull}`;
export const httpPull = 'HttpData-PULL';
/** As other connectors write it. */
export const httpPullEndpoint = 'https://w3id.org/idsa/v4.1/HTTP';
export const formats = [grpcPull, httpPull] as const;
export type Format = (typeof formats)[number];

/** Our extension members: absolute IRIs, which other implementations carry or ignore. */
export const extension = {
  /** On ContractAgreementMessage and its verification: what makes the agreement evidence. */
  evidence: 'urn:causeway:v1:evidence',
  /** On an offer or agreement: participants who may see the record of every transfer under it. */
  auditors: auditorsMember,
  /** On TransferRequestMessage: what the consumer declares to use the data for. */
  purpose: 'urn:causeway:v1:purpose',
  /** On an offer: a consumer without a certificate may have a token that is bound to none. */
  unboundTokens: 'urn:causeway:v1:unboundTokens',
  /** On a dataset: digest of the bytes that a transfer would bring. */
  version: 'urn:causeway:v1:version',
  /** On ContractNegotiationTerminationMessage about a finalized negotiation: the statement that ends its agreement. */
  agreementEnd: 'urn:causeway:v1:agreement-end',
  /** On TransferTerminationMessage of a provider: its statement that it stopped what it had started. */
  transferStop: 'urn:causeway:v1:transfer-stop',
  /** On a catalog that holds only what has changed: the revision of the caller that it is the difference to. */
  since: 'urn:causeway:v1:since',
  /** On such a catalog: the ids of datasets that the caller could see, then or since, and cannot any more. */
  withdrawn: 'urn:causeway:v1:withdrawn',
  /** On an error: the state of the process as the sender of the error sees it. */
  state: 'urn:causeway:v1:state',
} as const;

/** The relation (RFC 8288) of a catalog to the changes in it from then on. */
export const changesRelation = 'urn:causeway:v1:changes';

export const messageTypes = [
  'ContractRequestMessage',
  'ContractOfferMessage',
  'ContractAgreementMessage',
  'ContractAgreementVerificationMessage',
  'ContractNegotiationEventMessage',
  'ContractNegotiationTerminationMessage',
  'TransferRequestMessage',
  'TransferStartMessage',
  'TransferCompletionMessage',
  'TransferSuspensionMessage',
  'TransferTerminationMessage',
] as const;
export type MessageType = (typeof messageTypes)[number];

/** Path of a message below `<base>/<kind>/<pid of the receiver>/`; a first message has no pid of the receiver yet. */
export const messagePaths: Readonly<Record<MessageType, string>> = {
  ContractRequestMessage: 'request',
  ContractOfferMessage: 'offers',
  ContractAgreementMessage: 'agreement',
  ContractAgreementVerificationMessage: 'agreement/verification',
  ContractNegotiationEventMessage: 'events',
  ContractNegotiationTerminationMessage: 'termination',
  TransferRequestMessage: 'request',
  TransferStartMessage: 'start',
  TransferCompletionMessage: 'completion',
  TransferSuspensionMessage: 'suspension',
  TransferTerminationMessage: 'termination',
};
