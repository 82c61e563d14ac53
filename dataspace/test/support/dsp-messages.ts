import type { Pids, Story } from './probed-story.js';

type Members = Readonly<Record<string, unknown>>;

/** A well-formed message to one DSP path, about a process; who may not know of the process must not learn of it by any. */
export interface DspSample {
  /** Which side's connector takes it. */
  readonly side: 'provider' | 'consumer';
  readonly process: 'negotiation' | 'transfer';
  message(story: Story, pids: Pids): Members;
}

const context = ['https://w3id.org/dspace/2025/1/context.jsonld'];
const callbackAddress = 'https://localhost:9/dsp/2025-1';

const typed = (type: string, members: Members): Members => ({ '@context': context, '@type': type, ...members });
const offer = (target: string) => ({
  ...{ '@id': 'urn:uuid:5b0fb1f4-1b6b-4b5a-9d5c-0a6d1b1b7a01', '@type': 'Offer', target },
  permission: [{ action: 'use' }],
});

function about(
  process: DspSample['process'],
  side: DspSample['side'],
  type: string,
  more: (story: Story) => Members = () => ({}),
): DspSample {
  return { side, process, message: (story, pids) => typed(type, { ...pids, ...more(story) }) };
}

/** By the path below the DSP base; `:pid` is the receiver's own. */
export const dspSamples: Readonly<Record<string, DspSample>> = {
  '/negotiations/:pid/request': about('negotiation', 'provider', 'ContractRequestMessage', ({ secret }) => ({
    offer: offer(secret),
  })),
  '/negotiations/:pid/offers': about('negotiation', 'consumer', 'ContractOfferMessage', ({ secret }) => ({
    offer: offer(secret),
  })),
  '/negotiations/:pid/agreement': about('negotiation', 'consumer', 'ContractAgreementMessage', (story) => ({
    agreement: {
      ...{ ...offer(story.secret), '@id': story.agreement.id, '@type': 'Agreement' },
      ...{ assigner: story.oem.id, assignee: story.hydraulics.id, timestamp: '2026-01-01T00:00:00Z' },
    },
  })),
  '/negotiations/:pid/agreement/verification': about('negotiation', 'provider', 'ContractAgreementVerificationMessage'),
  '/negotiations/:pid/events': about('negotiation', 'provider', 'ContractNegotiationEventMessage', () => ({
    eventType: 'ACCEPTED',
  })),
  '/negotiations/:pid/termination': about('negotiation', 'provider', 'ContractNegotiationTerminationMessage'),
  '/transfers/:pid/start': about('transfer', 'consumer', 'TransferStartMessage'),
  '/transfers/:pid/completion': about('transfer', 'provider', 'TransferCompletionMessage'),
  '/transfers/:pid/suspension': about('transfer', 'provider', 'TransferSuspensionMessage'),
  '/transfers/:pid/termination': about('transfer', 'provider', 'TransferTerminationMessage'),
};

/** First messages: about datasets and agreements instead. */
export const firstMessages = {
  request: (target: string, consumerPid: string) =>
    typed('ContractRequestMessage', { consumerPid, callbackAddress, offer: offer(target) }),
  /** Names the offer alone, as a consumer may. */
  requestOf: (offerId: string, consumerPid: string) =>
    typed('ContractRequestMessage', {
      ...{ consumerPid, callbackAddress },
      offer: { '@id': offerId, '@type': 'Offer', permission: [{ action: 'use' }] },
    }),
  offer: (target: string, providerPid: string) =>
    typed('ContractOfferMessage', { providerPid, callbackAddress, offer: offer(target) }),
  transfer: (agreementId: string, consumerPid: string) =>
    typed('TransferRequestMessage', { agreementId, consumerPid, callbackAddress, format: 'GrpcData-PULL' }),
  catalog: () => typed('CatalogRequestMessage', {}),
} as const;
