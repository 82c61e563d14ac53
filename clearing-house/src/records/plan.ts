import type { Digest, Envelope } from '@causeway/evidence';
import { type Refusal, type RefusalCode, refusal } from '../errors.js';
import type { Chain, Entry, RecordHead } from './layout.js';
import { isParty, recordOf, viewersOf } from './record.js';

/** An envelope whose shape and signature have been judged. Its claims are its signer's, its submitter the channel's peer. */
export interface VerifiedSubmission {
  readonly digest: Digest;
  readonly envelope: string;
  readonly keyStatement: string;
  readonly claims: Envelope;
  readonly submitter: string;
  /** When the signer's key may be used, in milliseconds since epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What the store knows of a batch: by envelope digest, by chain, by record. */
export interface Known {
  readonly places: ReadonlyMap<Digest, number>;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly records: ReadonlyMap<Digest, RecordHead>;
}

/** The leaf an envelope has, or why it gets none. */
export type Placement = { readonly index: number } | { readonly refused: Refusal };

/** What sequencing a batch changes, and the answer to each of its first `placements.length` envelopes. */
export interface Plan {
  readonly placements: readonly Placement[];
  readonly entries: ReadonlyMap<number, Entry>;
  readonly chains: ReadonlyMap<string, { readonly agreement: Digest; readonly signer: string; readonly chain: Chain }>;
  readonly records: ReadonlyMap<Digest, RecordHead>;
  /** The log's size afterwards. */
  readonly size: number;
}

export interface PlanOptions {
  readonly size: number;
  /** The log's clock, milliseconds since epoch. */
  readonly now: number;
  /** Most store writes; what would go beyond is left for the next batch. */
  readonly writes: number;
  /** Most bytes of envelopes and key statements. */
  readonly bytes: number;
}

/** The number of a signer's first envelope under an agreement, which is that of the agreement itself. */
export const firstSequence = 1;

/** A certificate's clock and the log's may differ by this much, as everywhere in the space. */
const skewMs = 30_000;

/** The key of a chain among `Known.chains`. Ids hold no blank. */
export const chainKey = (agreement: Digest, signer: string): string => `${agreement} ${signer}`;

/**
 * Gives each envelope of a batch its index, or a refusal, in the order they came. Pure: the same batch on the same store
 * gives the same leaves.
 */
export function plan(batch: readonly VerifiedSubmission[], known: Known, options: PlanOptions): Plan {
  const placements: Placement[] = [];
  const entries = new Map<number, Entry>();
  const placed = new Map<Digest, number>();
  const chains = new Map<string, { agreement: Digest; signer: string; chain: Chain }>();
  const records = new Map<Digest, RecordHead>();
  let size = options.size;
  let [writes, bytes] = [0, 0];

  const place = (submission: VerifiedSubmission): Placement => {
    const { claims, digest } = submission;
    const id = chainKey(claims.agreement, claims.signer);
    const chain = chains.get(id)?.chain ?? known.chains.get(id);
    const parties = claims.parties ?? chain;
    if (parties === undefined) return no('AGREEMENT_UNKNOWN');
    // Whoever is no party learns nothing more than of an agreement that does not exist.
    if (!isParty(parties, submission.submitter)) return no(claims.parties ? 'NOT_A_PARTY' : 'AGREEMENT_UNKNOWN');
    const index = placed.get(digest) ?? known.places.get(digest);
    if (index !== undefined) return { index };
    if (options.now < submission.notBefore - skewMs || options.now >= submission.notAfter + skewMs) {
      return no('KEY_UNKNOWN', 'the key statement is not valid now');
    }
    const [next, sequence] = [chain?.next ?? firstSequence, Number(claims.sequence)];
    if (sequence < next) return no('SEQUENCE_TAKEN', `the next one is ${next}`);
    if (sequence > next) return no('SEQUENCE_GAP', `the next one is ${next}`);
    const record = claims.parties ? recordOf(claims.agreement, claims.parties) : (chain as Chain).record;
    if (claims.parties && !records.has(record) && !known.records.has(record)) {
      const { provider, consumer, auditors } = claims.parties;
      records.set(record, { agreement: claims.agreement, provider, consumer, auditors, opened: size });
    }
    const { provider, consumer } = parties;
    chains.set(id, {
      agreement: claims.agreement,
      signer: claims.signer,
      chain: {
        ...{ record, provider, consumer, next: next + 1 },
        ...(claims.type === 'agreement-end' || chain?.ended ? { ended: true } : {}),
      },
    });
    const { envelope, keyStatement } = submission;
    entries.set(size, { digest, envelope, keyStatement, record, logged: options.now });
    placed.set(digest, size);
    return { index: size++ };
  };

  for (const submission of batch) {
    writes += writesOf(submission.claims);
    bytes += submission.envelope.length + submission.keyStatement.length;
    if (placements.length > 0 && (writes > options.writes || bytes > options.bytes)) break;
    placements.push(place(submission));
  }
  return { placements, entries, chains, records, size };
}

/** Most writes an envelope can cause: entry, place, member, chain; a record and two views for each who may see it. */
function writesOf({ agreement, parties }: Envelope): number {
  return 4 + (parties ? 1 + 2 * viewersOf({ agreement, ...parties }).length : 0);
}

function no(code: RefusalCode, what?: string): Placement {
  return { refused: refusal(code, what) };
}
