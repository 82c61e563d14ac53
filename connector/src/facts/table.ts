import type { Fact, FactSource } from '@causeway/policies';
import type { Dataset } from '../model.js';
import type { AttestedFact, PeerFacts } from '../ports.js';

/** What a transfer is decided on, beside the time and the uses before it. */
export interface TransferSituation {
  /** The consumer, as the channel proved it. */
  readonly peer: string;
  /** What the authority says of it, as `FactsFor` answers. */
  readonly attested: PeerFacts;
  /** Milliseconds since the epoch, by our clock. */
  readonly now: number;
  /** The instant in the agreement that both sides signed. */
  readonly agreed?: string;
  /** As the consumer wrote it in its request. */
  readonly purpose?: string;
  readonly dataset?: Pick<Dataset, 'mediaType' | 'source'>;
  /** The transfer format, e.g. `GrpcData-PULL`. */
  readonly format?: string;
}

const attribute = (name: string) => ({ from: 'attribute', name }) as const;
const channel = { from: 'channel', fact: ({ peer }: TransferSituation) => peer } as const;
const declared = (fact: Reading) => ({ from: 'declared', fact }) as const;
const measured = (fact: Reading) => ({ from: 'measured', fact }) as const;
type Reading = (situation: TransferSituation) => string | number | undefined;

/**
 * Which fact each operand of a policy is decided on, and whose word it is. What is not here has no fact, and a condition on it
 * denies. `dateTime` and `count` are measured too; the engine takes them from `now` and from the uses that are stored.
 */
const facts = {
  // The authority says so in the peer's attribute token. It is about the participant: what it does with the data afterwards, and
  // where, nobody can measure.
  'urn:causeway:v1:role': attribute('role'),
  'urn:causeway:v1:securityLevel': attribute('securityLevel'),
  spatial: attribute('country'),
  industry: attribute('industry'),
  // One connector serves one participant, and its certificate is the participant's.
  system: channel,
  systemDevice: channel,
  recipient: channel,
  purpose: declared(({ purpose }) => purpose),
  // Since the instant that both sides signed, by our clock.
  elapsedTime: measured(({ agreed, now }) => sinceInstant(agreed, now)),
  deliveryChannel: measured(({ format }) => format),
  fileFormat: measured(({ dataset }) => dataset?.mediaType),
  version: measured(({ dataset }) => dataset?.source.version),
} as const;

/** The source of the fact about each operand; of `dateTime` and `count` the engine knows it. */
export const sourcesOfFacts: Readonly<Record<string, FactSource>> = Object.fromEntries(
  Object.entries(facts).map(([operand, { from }]) => [operand, sourceOf(from)]),
);

/** Whether the fact of an operand is about who asks, and not about this use or this moment. */
export function isAboutPeer(operand: string): boolean {
  return sourcesOfFacts[operand] === 'attested';
}

function sourceOf(from: 'attribute' | 'channel' | 'declared' | 'measured'): FactSource {
  return from === 'attribute' || from === 'channel' ? 'attested' : from;
}

/** Names of levels as the profile of the International Data Spaces has them. */
const securityLevels: ReadonlyMap<string, string> = new Map([
  ['base', 'idsc:BASE_SECURITY_PROFILE'],
  ['trust', 'idsc:TRUST_SECURITY_PROFILE'],
  ['trust+', 'idsc:TRUST_PLUS_SECURITY_PROFILE'],
]);

/** The attributes of a token as facts, by operand. What no operand asks for is left out. */
export function attestedFacts(attributes: Readonly<Record<string, string | readonly string[]>>): PeerFacts['values'] {
  const values: Record<string, AttestedFact> = {};
  for (const [operand, row] of Object.entries(facts)) {
    if (row.from !== 'attribute' || !Object.hasOwn(attributes, row.name)) continue;
    const value = attributes[row.name];
    if (value === undefined || value.length === 0) continue;
    const level = row.name === 'securityLevel' ? securityLevels.get(String(value)) : undefined;
    values[operand] = { value: level ?? value, source: 'attested' };
  }
  return values;
}

/** Every fact about a transfer, by operand, each with its source. */
export function transferFacts(situation: TransferSituation): Readonly<Record<string, Fact>> {
  const values: Record<string, Fact> = {};
  for (const [operand, row] of Object.entries(facts)) {
    if (row.from === 'attribute') {
      const fact = situation.attested.values[operand];
      if (fact !== undefined) values[operand] = fact;
      continue;
    }
    const value = row.fact(situation);
    if (value !== undefined) values[operand] = { value, source: sourceOf(row.from) };
  }
  return values;
}

function sinceInstant(agreed: string | undefined, now: number): number | undefined {
  const at = agreed === undefined ? Number.NaN : Date.parse(agreed);
  // A clock that was set back measures nothing.
  return Number.isNaN(at) || now < at ? undefined : now - at;
}
