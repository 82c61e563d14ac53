import { BrokerError, type BrokerErrorCode } from '../errors.js';

export const admissionStates = ['pending', 'admitted', 'rejected', 'removed'] as const;
export type AdmissionState = (typeof admissionStates)[number];

/** What an operator may make of each: a decision is taken back by admitting again. */
export const admissionMoves: Readonly<Record<AdmissionState, readonly AdmissionState[]>> = {
  pending: ['admitted', 'rejected'],
  admitted: ['removed'],
  rejected: ['admitted'],
  removed: ['admitted'],
};

/** Why somebody is not listed. */
export interface Refusal {
  readonly state: Exclude<AdmissionState, 'admitted'>;
  /** Milliseconds since epoch. */
  readonly since: number;
  /** The operator's words, which the participant is told. */
  readonly reason?: string;
}

const told: Readonly<Record<Refusal['state'], readonly [BrokerErrorCode, (reason: string) => string]>> = {
  pending: ['ADMISSION_PENDING', () => 'The operator has to admit it first; nothing else needs to be done here.'],
  rejected: ['ADMISSION_REJECTED', (reason) => `The operator has rejected it: ${reason}`],
  removed: ['PARTICIPANT_REMOVED', (reason) => `The operator has removed it: ${reason}`],
};

export function refusalOf(participant: string, { state, reason = 'no reason was given' }: Refusal): BrokerError {
  const [code, words] = told[state];
  return new BrokerError(code, `${participant} is not listed here. ${words(reason)}`);
}
