import type { Identity } from '@causeway/certs/peer';
import type { Clock, Random, Store } from '@causeway/platform';
import type { ConnectorEvents } from './events.js';
import type { Negotiation, NegotiationState, ProcessRole, Transfer, TransferState } from './model.js';
import type { EvidenceLog, FactsFor, StoreChecked } from './ports.js';
import type { Stamp } from './process/act.js';
import type { DspQueue } from './process/queue.js';
import type { Decision } from './process/work.js';
import type { Records } from './records.js';

export type NegotiationStage = `${ProcessRole}:${NegotiationState}`;
export type TransferStage = `${ProcessRole}:${TransferState}`;

/**
 * Who decides, stage by stage: a stage is asked about when a process enters it, after a move of our own once the peer has
 * acknowledged that. Stages that are absent are left to people (the management API) or to the peer.
 */
export interface Decider {
  readonly negotiation: Partial<Record<NegotiationStage, (negotiation: Negotiation) => Promise<Decision>>>;
  readonly transfer: Partial<Record<TransferStage, (transfer: Transfer) => Promise<Decision>>>;
}

/** Told of what may change whether running transfers go on. */
export interface UsageSignals {
  /** An agreement of ours has ended. */
  agreementChanged(digest: string): void;
}

/** What the control plane works with: one value, made once by the service. */
export interface ControlContext {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly random: Random;
  readonly queue: DspQueue;
  readonly evidence: EvidenceLog;
  readonly decider: Decider;
  readonly events: ConnectorEvents;
  /** Our DSP base URL, which is our callback address too; known once the server listens. */
  readonly dspBase: () => string;
  /** Whether an agreement of a peer that signs nothing counts, marked one-sided. */
  readonly unsigned: 'refuse' | 'mark';
  /** How long a negotiation waits for the people who have to approve it, in milliseconds. */
  readonly approvalMs: number;
  /** How long a transfer without receipts can be gone on with after its last byte has left, in milliseconds. */
  readonly lingerMs: number;
  /** Whether bytes of a transfer flow now. */
  readonly streaming: (pid: string) => boolean;
  readonly usage: UsageSignals;
  readonly checked: StoreChecked;
  /** What is attested of a participant; nothing unless given. */
  readonly factsFor?: FactsFor;
}

/** The time and the message id of a move that we make now. */
export function stampOf({ clock, random }: Pick<ControlContext, 'clock' | 'random'>, at = clock.now()): Stamp {
  return { at, id: newPid(random) };
}

export function newPid(random: Random): string {
  return `urn:uuid:${random.uuid()}`;
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
