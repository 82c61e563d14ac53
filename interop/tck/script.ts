import { setTimeout } from 'node:timers/promises';
import type { Decider, Negotiation, Transfer } from '@causeway/connector';
import { type Act, type Case, datasetOf, negotiationCases, transferCases } from './cases.js';

type Decision = Awaited<ReturnType<NonNullable<Decider['negotiation']['provider:REQUESTED']>>>;

/**
 * The kit listens for some of our messages only after its own step, and takes note of its step only after our answer: a
 * message that comes at once may find it a step behind, which a retry does not always mend.
 */
const pauseMs = 500;

const reason = { code: 'SCRIPT', en: 'The test case says so.', zh: '测试用例如此规定。' };

/** Agreements are made before the kit runs: whatever is asked for is agreed. */
const agreeing: Readonly<Record<string, Act>> = {
  'provider:REQUESTED': 'proceed',
  'provider:VERIFIED': 'proceed',
  'consumer:AGREED': 'proceed',
};

/** Does in every case what its script says, and nothing else. */
export function scriptedDecider(): Decider {
  const negotiations = new Map(negotiationCases.map((one) => [datasetOf(one), one]));
  const transfers = new Map(transferCases.map((one) => [datasetOf(one), one]));

  const negotiation = async (record: Negotiation): Promise<Decision> => {
    const one = negotiations.get(localName(record.dataset));
    if (one === undefined) return decision(agreeing[stageOf(record)] ?? 'hold', record.offer);
    return act(one, record, { ...record.offer, target: record.dataset });
  };
  const transfer = async (record: Transfer): Promise<Decision> => {
    const one = transfers.get(localName(record.dataset));
    return one === undefined ? { move: 'hold' } : act(one, record, {});
  };
  return {
    negotiation: everywhere(['REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED', 'VERIFIED'], negotiation),
    transfer: everywhere(['REQUESTED', 'STARTED', 'SUSPENDED'], transfer),
  };
}

function everywhere<State extends string, Decide>(states: readonly State[], decide: Decide) {
  const stages = states.flatMap((state) => [`provider:${state}`, `consumer:${state}`] as const);
  return Object.fromEntries(stages.map((stage) => [stage, decide]));
}

function localName(dataset: string): string {
  return dataset.slice(dataset.lastIndexOf(':') + 1);
}

function stageOf({ role, state }: Negotiation | Transfer): string {
  return `${role}:${state}`;
}

/** A function of the record alone, so that being asked twice about one stage changes nothing. */
async function act(one: Case, record: Negotiation | Transfer, offer: Negotiation['offer']): Promise<Decision> {
  const times = record.history.filter(({ state }) => state === record.state).length;
  const step = one.script[stageOf(record)]?.[times - 1] ?? 'hold';
  if (step !== 'hold') await setTimeout(pauseMs);
  return decision(step, offer);
}

function decision(step: Act, offer: Negotiation['offer']): Decision {
  if (step === 'terminate') return { move: step, reason };
  if (step === 'offer' || step === 'request') return { move: step, offer };
  return { move: step };
}
