import { join } from 'node:path';
import { type Identity, PeerChannel, RpcError, TrustError } from '@causeway/certs/peer';
import { type Digest, digestOf, EvidenceError, parseStatement, verifyHead } from '@causeway/evidence';
import { ensureDir, systemClock, writeFileAtomic } from '@causeway/platform';
import { Broker, Evidence } from '@causeway/proto';
import { readKept } from './kept.js';

/** Why a party gave no statement that it holds. */
export interface Refusal {
  readonly statement: Digest;
  readonly party: string;
  readonly code: string;
  readonly message: string;
}

/** Asked again so often when a connector says that it was too fast. */
const patience = 90;
const pauseMs = 1_000;

/**
 * Gets statements from the connectors of the parties, as the auditor that an agreement names. What was released once is kept
 * in the home: a statement is its digest, so nobody has to be asked for it again.
 */
export class ReleaseDesk {
  readonly #identity: Identity;
  readonly #home: string;
  readonly #channels = new Map<string, Promise<PeerChannel>>();
  /** Who did not answer is not asked again by this command. */
  readonly #away = new Map<string, Refusal>();

  private constructor(identity: Identity, home: string) {
    this.#identity = identity;
    this.#home = home;
  }

  static async open(identity: Identity, home: string): Promise<ReleaseDesk> {
    for (const folder of ['statements', 'addresses']) await ensureDir(join(home, folder));
    return new ReleaseDesk(identity, home);
  }

  /** The statement, or why none of these parties gave it. */
  async get(id: Digest, parties: readonly string[]): Promise<string | Refusal[]> {
    const kept = await readKept(this.#file(id));
    if (kept !== undefined && isStatement(kept, id)) return kept;
    const refusals: Refusal[] = [];
    for (const party of parties) {
      const answer = await this.#ask(id, party);
      if (typeof answer !== 'string') {
        refusals.push(answer);
        continue;
      }
      await writeFileAtomic(this.#file(id), answer);
      return answer;
    }
    return refusals;
  }

  async close(): Promise<void> {
    for (const opening of this.#channels.values()) (await opening.catch(() => undefined))?.close();
  }

  #file(id: Digest): string {
    return join(this.#home, 'statements', `${id.replace(':', '-')}.json`);
  }

  async #ask(id: Digest, party: string): Promise<string | Refusal> {
    const away = this.#away.get(party);
    if (away) return { ...away, statement: id };
    try {
      const channel = await this.#channel(party);
      const text = Buffer.from(await released(channel, id)).toString('utf8');
      if (isStatement(text, id)) return text;
      return { statement: id, party, code: 'STATEMENT_WRONG', message: 'what it sent has another digest' };
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof TrustError)) throw error;
      const code = error.code ?? 'UNREACHABLE';
      const refusal = { statement: id, party, code, message: error.message };
      if (!(error instanceof RpcError) || error.code === undefined) this.#away.set(party, refusal);
      return refusal;
    }
  }

  #channel(party: string): Promise<PeerChannel> {
    const open = this.#channels.get(party) ?? this.#connect(party);
    this.#channels.set(party, open);
    return open;
  }

  async #connect(party: string): Promise<PeerChannel> {
    const address = await this.#address(party);
    return new PeerChannel({ identity: this.#identity, address, expect: { id: party, role: 'participant' } });
  }

  /** As the broker tells it now; while it cannot, as it told it last. */
  async #address(party: string): Promise<string> {
    // A record names its parties before it is verified, and a name could be a path.
    const kept = join(this.#home, 'addresses', encodeURIComponent(party));
    try {
      const address = await addressOf(this.#identity, party);
      await writeFileAtomic(kept, address);
      return address;
    } catch (cause) {
      if (!(cause instanceof RpcError) && !(cause instanceof TrustError)) throw cause;
      const before = await readKept(kept);
      if (before !== undefined) return before;
      throw new TrustError('PEER_UNREACHABLE', `nobody says where ${party} is reached: ${cause.message}`, { cause });
    }
  }
}

async function released(channel: PeerChannel, statement: Digest): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await channel.unary(Evidence.release, { statement })).statement;
    } catch (error) {
      const busy = error instanceof RpcError && (error.code === 'RATE_LIMITED' || error.code === 'CONTENDED');
      if (!busy || attempt === patience) throw error;
    }
    await systemClock.sleep(pauseMs);
  }
}

/** Where a party's connector is reached, as it signed itself: whoever answers there has to prove that it is the party. */
async function addressOf(identity: Identity, participant: string): Promise<string> {
  const { id, grpc } = identity.trust.bundle.broker;
  const broker = new PeerChannel({ identity, address: grpc, expect: { id, role: 'broker' } });
  try {
    const { head } = await broker.unary(Broker.describe, { participant });
    const signed = { head: head?.head ?? '', keyStatement: head?.keyStatement ?? '' };
    const { authorities } = identity.trust;
    const verdict = await verifyHead(signed, { authorities, now: systemClock.now() });
    const why = verdict.ok ? 'it names no address for auditors' : verdict.detail;
    if (verdict.ok && verdict.value.publisher === participant && verdict.value.exchange) return verdict.value.exchange;
    throw new TrustError('PEER_UNREACHABLE', why);
  } finally {
    broker.close();
  }
}

function isStatement(text: string, id: Digest): boolean {
  try {
    return digestOf(text) === id && parseStatement(text).id === id;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
