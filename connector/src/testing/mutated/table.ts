import type { NegotiationState, ProcessRole, TransferState } from '../../model.js';

/**
 * What a message of the peer does to a process, as the figures of Dataspace Protocol 2025-1 say and beside the product's own
 * tables: by the role and the state of the process that receives it. What does not stand here is not legal.
 */
type Legal<State extends string> = Readonly<Record<ProcessRole, Readonly<Partial<Record<State, readonly State[]>>>>>;

const negotiation: Legal<NegotiationState> = {
  provider: {
    REQUESTED: ['TERMINATED'],
    OFFERED: ['REQUESTED', 'ACCEPTED', 'TERMINATED'],
    ACCEPTED: ['TERMINATED'],
    AGREED: ['VERIFIED', 'TERMINATED'],
    VERIFIED: ['TERMINATED'],
  },
  consumer: {
    REQUESTED: ['OFFERED', 'AGREED', 'TERMINATED'],
    OFFERED: ['TERMINATED'],
    ACCEPTED: ['AGREED', 'TERMINATED'],
    AGREED: ['TERMINATED'],
    VERIFIED: ['FINALIZED', 'TERMINATED'],
  },
};

/** A transfer is started by its provider, and resumed by whoever suspended it. */
const transfer: Legal<TransferState> = {
  provider: {
    REQUESTED: ['TERMINATED'],
    STARTED: ['COMPLETED', 'SUSPENDED', 'TERMINATED'],
    SUSPENDED: ['STARTED', 'TERMINATED'],
  },
  consumer: {
    REQUESTED: ['STARTED', 'TERMINATED'],
    STARTED: ['COMPLETED', 'SUSPENDED', 'TERMINATED'],
    SUSPENDED: ['STARTED', 'TERMINATED'],
  },
};

/** Whether the peer may move this process to `to`. */
export function peerMay(
  kind: 'negotiation' | 'transfer',
  process: { readonly role: ProcessRole; readonly state: string; readonly suspendedBy?: ProcessRole },
  to: string,
): boolean {
  const rows: Readonly<Record<string, readonly string[]>> = (kind === 'negotiation' ? negotiation : transfer)[
    process.role
  ];
  if (rows[process.state]?.includes(to) !== true) return false;
  return process.state !== 'SUSPENDED' || to !== 'STARTED' || process.suspendedBy !== process.role;
}

/** The state that a message leads to, and the role of the process it is addressed to; absent: to either. */
export const movesOf: Readonly<Record<string, { readonly to: string; readonly role?: ProcessRole }>> = {
  ContractRequestMessage: { to: 'REQUESTED', role: 'provider' },
  ContractOfferMessage: { to: 'OFFERED', role: 'consumer' },
  ContractAgreementMessage: { to: 'AGREED', role: 'consumer' },
  ContractAgreementVerificationMessage: { to: 'VERIFIED', role: 'provider' },
  'ContractNegotiationEventMessage ACCEPTED': { to: 'ACCEPTED', role: 'provider' },
  'ContractNegotiationEventMessage FINALIZED': { to: 'FINALIZED', role: 'consumer' },
  ContractNegotiationTerminationMessage: { to: 'TERMINATED' },
  TransferStartMessage: { to: 'STARTED' },
  TransferCompletionMessage: { to: 'COMPLETED' },
  TransferSuspensionMessage: { to: 'SUSPENDED' },
  TransferTerminationMessage: { to: 'TERMINATED' },
};
