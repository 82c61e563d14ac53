import {
  type AuthorityKeys,
  canonicalJson,
  type DatasetEntry,
  EvidenceError,
  type Head,
  type Hit,
  parseEntry,
  publisherOf,
  type SignedHead,
  type Verdict,
  verifyEntry,
  verifyHead,
} from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import { Broker, type causeway } from '@causeway/proto';
import type { DiscoveryHit, DiscoveryPage, DroppedHit } from '../ports.js';
import type { BrokerChannel } from './broker-channel.js';
import { brokerTally } from './broker-tally.js';
import { dropReason } from './drop-reason.js';
import type { SeenHeads, SequenceBefore } from './seen-heads.js';

type WireHit = causeway.broker.v1.Hit.$Properties;
type WireHead = causeway.broker.v1.SignedHead.$Properties | null | undefined;
type WireLiveness = causeway.broker.v1.Liveness.$Properties | null | undefined;

/** A participant as its own signed head says, with the broker's word on when it was last heard of. */
export interface DescribedParticipant {
  readonly publisher: string;
  /** Its DSP base URL. */
  readonly address: string;
  /** When its head expires: milliseconds since epoch. */
  readonly expires: number;
  /** How many datasets it lists. */
  readonly datasets: number;
  readonly liveness: DiscoveryHit['liveness'];
}

export interface Description {
  readonly participant?: DescribedParticipant;
  readonly dropped: readonly DroppedHit[];
}

export interface BrokerReaderOptions {
  readonly channel: BrokerChannel;
  readonly seen: SeenHeads;
  readonly clock: Clock;
  /** The authority's keys, out of our own trust bundle. */
  readonly authorities: AuthorityKeys;
}

const mostHits = 100;

/**
 * Reads from the broker and believes nothing of it: each hit is shown because its publisher signed it, lately, or as
 * dropped with the reason. What a broker leaves out, nobody can see.
 */
export class BrokerReader {
  readonly #o: BrokerReaderOptions;

  constructor(options: BrokerReaderOptions) {
    this.#o = options;
  }

  search(query: {
    readonly query: string;
    readonly facets: Readonly<Record<string, readonly string[]>>;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<DiscoveryPage> {
    const facets = Object.entries(query.facets).map(([name, values]) => ({ name, values: [...values] }));
    const request = { query: query.query, facets, limit: query.limit, cursor: query.cursor ?? '' };
    return this.#o.seen.asking(async (before) => {
      const answer = await this.#o.channel.call((channel) => channel.unary(Broker.search, request));
      const page = await this.#judge(answer.hits.slice(0, mostHits), before);
      const tally = answer.tally ? brokerTally(answer.tally) : undefined;
      return { ...page, ...(answer.next !== '' && { next: answer.next }), ...(tally && { tally }) };
    });
  }

  /** One dataset: at most one hit, or why it was dropped. */
  resolve(dataset: string): Promise<DiscoveryPage> {
    return this.#o.seen.asking(async (before) => {
      const { hit } = await this.#o.channel.call((channel) => channel.unary(Broker.resolve, { id: dataset }));
      const { hits, dropped } = await this.#judge(hit ? [hit] : [], before);
      const others = hits.filter((found) => found.dataset !== dataset);
      return {
        hits: hits.filter((found) => found.dataset === dataset),
        dropped: [...dropped, ...others.map((other) => notAsked({ dataset: other.dataset }, dataset))],
      };
    });
  }

  /** One participant by its head, or why that was dropped. */
  describe(participant: string): Promise<Description> {
    return this.#o.seen.asking(async (before) => {
      const answer = await this.#o.channel.call((channel) => channel.unary(Broker.describe, { participant }));
      const verdict = await this.#judgeHead(signedHead(answer.head), before);
      if (!verdict.ok) {
        return { dropped: [{ publisher: participant, reason: dropReason(verdict.reason, verdict.detail) }] };
      }
      const { publisher, dsp, expires, count } = verdict.value;
      if (publisher !== participant) return { dropped: [notAsked({ publisher }, participant)] };
      await this.#o.seen.remember([verdict.value]);
      const described = { publisher, address: dsp, expires: Date.parse(expires), datasets: Number(count) };
      return { participant: { ...described, liveness: livenessOf(answer.liveness) }, dropped: [] };
    });
  }

  async #judge(wire: readonly WireHit[], before: SequenceBefore): Promise<DiscoveryPage> {
    // Hits of one publisher share their head, and a head takes two signatures to verify.
    const heads = new Map<string, Verdict<Head>>();
    const newest = new Map<string, Head>();
    const judged: { readonly hit: Hit; readonly liveness: WireLiveness; readonly head: Verdict<Head> }[] = [];
    for (const { liveness, ...fields } of wire) {
      const hit = hitOf(fields);
      const name = `${hit.head} ${hit.keyStatement}`;
      const head = heads.get(name) ?? (await this.#judgeHead(hit, before));
      heads.set(name, head);
      judged.push({ hit, liveness, head });
      if (!head.ok) continue;
      const { publisher, sequence } = head.value;
      if (Number(sequence) > Number(newest.get(publisher)?.sequence ?? 0)) newest.set(publisher, head.value);
    }
    await this.#o.seen.remember(newest.values());

    const hits: DiscoveryHit[] = [];
    const dropped: DroppedHit[] = [];
    for (const { hit, liveness, head } of judged) {
      const verdict = head.ok ? await judgeEntry(hit, head.value, newest) : head;
      if (verdict.ok) hits.push({ ...verdict.value, liveness: livenessOf(liveness) });
      else dropped.push({ ...claimsOf(hit), reason: dropReason(verdict.reason, verdict.detail) });
    }
    return { hits, dropped };
  }

  async #judgeHead(signed: SignedHead, before: SequenceBefore): Promise<Verdict<Head>> {
    const { authorities, clock } = this.#o;
    const verdict = await verifyHead(signed, { authorities, now: clock.now() });
    return verdict.ok ? notBelow(verdict.value, await before(verdict.value.publisher)) : verdict;
  }
}

function notBelow(head: Head, sequence: number): Verdict<Head> {
  if (Number(head.sequence) >= sequence) return { ok: true, value: head };
  const detail = `the head of ${head.publisher} has sequence ${head.sequence}, and ${sequence} was seen before`;
  return { ok: false, reason: 'HEAD_REPLAYED', detail };
}

async function judgeEntry(
  hit: Hit,
  head: Head,
  newest: ReadonlyMap<string, Head>,
): Promise<Verdict<Omit<DiscoveryHit, 'liveness'>>> {
  // One answer tells of one moment: an older head beside a newer one is a replay too.
  const latest = notBelow(head, Number(newest.get(head.publisher)?.sequence ?? 0));
  if (!latest.ok) return latest;
  const entry = await verifyEntry(hit, head);
  if (!entry.ok) return entry;
  return {
    ok: true,
    value: { dataset: entry.value.id, publisher: head.publisher, address: head.dsp, entry: asJson(entry.value) },
  };
}

/** What a dropped hit says it is, for people to know what was dropped; proven by nothing. */
function claimsOf(hit: Hit): { readonly dataset?: string; readonly publisher?: string } {
  try {
    const { id } = parseEntry(hit.entry);
    const publisher = publisherOf(id);
    return { dataset: id, ...(publisher !== undefined && { publisher }) };
  } catch (error) {
    if (error instanceof EvidenceError) return {};
    throw error;
  }
}

function notAsked(found: Pick<DroppedHit, 'dataset' | 'publisher'>, asked: string): DroppedHit {
  return { ...found, reason: dropReason('NOT_ASKED_FOR', `the broker was asked for ${asked}`) };
}

function asJson(entry: DatasetEntry): DiscoveryHit['entry'] {
  return JSON.parse(canonicalJson(entry));
}

function signedHead(head: WireHead): SignedHead {
  return { head: head?.head ?? '', keyStatement: head?.keyStatement ?? '' };
}

function hitOf({ entry, index, proof, head }: WireHit): Hit {
  return { entry: entry ?? new Uint8Array(), index: index ?? 0, proof: proof ?? [], ...signedHead(head) };
}

function livenessOf(liveness: WireLiveness): DiscoveryHit['liveness'] {
  const state = ['online', 'late', 'gone'].find((known) => known === liveness?.state) ?? 'unknown';
  const lastSeen = liveness?.lastSeen ?? 0;
  return { state, lastSeen: Number.isSafeInteger(lastSeen) ? lastSeen : 0 };
}
