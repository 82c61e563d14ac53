import { type AttributeToken, type Identity, type Peer, verifyAttributeToken } from '@causeway/certs/peer';
import { canonicalJson } from '@causeway/evidence';
import type { Clock, Collection, Store } from '@causeway/platform';
import type { ConnectorEvents } from '../events.js';
import type { FactsFor } from '../ports.js';
import { attestedFacts } from './table.js';

/** What the latest attribute token of a participant said. One record a member of the space, as small as a token. */
export interface AttestedRecord {
  readonly attributes: AttributeToken['attributes'];
  readonly revision: number;
  /** Milliseconds since the epoch, both. */
  readonly issued: number;
  readonly expires: number;
}

export interface AttestedOptions {
  readonly identity: Pick<Identity, 'id' | 'trust'>;
  readonly store: Store;
  /** By participant. Kept over a restart: a stream goes on without another DSP message. */
  readonly attested: Collection<AttestedRecord>;
  readonly clock: Clock;
  readonly events: Pick<ConnectorEvents, 'factsChanged'>;
}

/** What the authority says of the participants we deal with. */
export interface Attested {
  /** Facts hold until the token expires, without the skew that is tolerated where a token only opens a door. */
  readonly factsFor: FactsFor;
  /** Keeps what a verified token says, unless a later one was seen. */
  learn(token: AttributeToken): Promise<void>;
  /**
   * Verifies a token that a peer shows on its channel, and keeps what it says.
   * @throws TrustError TOKEN_INVALID | TOKEN_EXPIRED | TOKEN_REFUSED
   */
  admit(peer: Peer, token: string): Promise<AttributeToken>;
}

export function openAttested(options: AttestedOptions): Attested {
  const { identity, store, attested, clock, events } = options;

  async function learn({ subject, attributes, revision, issued, expires }: AttributeToken): Promise<void> {
    const latest: AttestedRecord = { attributes, revision, issued, expires };
    for (;;) {
      const known = await attested.get(subject);
      if (known !== undefined && !isLater(latest, known.value)) return;
      const condition = known === undefined ? attested.absent(subject) : attested.unchanged(known);
      const saved = await store.commit({ conditions: [condition], writes: [attested.put([subject], latest)] });
      // Whoever was faster has learnt a later one, or is overtaken by this one: each round is somebody's success.
      if (!saved.ok) continue;
      if (known === undefined || differ(known.value, latest)) events.factsChanged(subject);
      return;
    }
  }

  return {
    async factsFor(peer, at) {
      const known = (await attested.get(peer))?.value;
      if (known === undefined || at >= known.expires) return { values: {} };
      const values = attestedFacts(known.attributes);
      return Object.keys(values).length === 0 ? { values } : { values, until: known.expires };
    },
    learn,
    async admit(peer, token) {
      const verified = await verifyAttributeToken(token, { identity, peer, now: clock.now() });
      await learn(verified);
      return verified;
    },
  };
}

/**
 * INVARIANT: an older token never takes the place of a newer one. A peer that lost an attribute would show the token that still
 * has it. Tokens of one second are told apart by the number of the change.
 */
function isLater(token: AttestedRecord, known: AttestedRecord): boolean {
  if (token.issued !== known.issued) return token.issued > known.issued;
  return token.revision > known.revision;
}

function differ(before: AttestedRecord, after: AttestedRecord): boolean {
  const facts = ({ attributes }: AttestedRecord) => canonicalJson(attestedFacts(attributes));
  // One that ends earlier moves the instant at which what rests on it is decided again.
  return facts(before) !== facts(after) || after.expires < before.expires;
}
