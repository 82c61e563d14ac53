// What waits, and whose turn it is: the pure half of the outbox. Lanes go in order of their sequence; peers take turns; a
// peer that fails is asked by fewer lanes at once, until it answers again.

/** What is remembered of a piece of work; its payload stays in the store. */
export interface Entry {
  readonly sequence: number;
  readonly peer: string;
  readonly created: number;
}

/** idle: just settled or empty · ready: due · active: being worked · waiting: for the time of its next attempt. */
type LaneState = 'idle' | 'ready' | 'active' | 'waiting';

export interface Lane {
  readonly name: string;
  /** Failed attempts at its first entry. */
  readonly attempts: number;
}

interface LaneRecord extends Lane {
  readonly entries: Entry[];
  attempts: number;
  state: LaneState;
  /** The peer of the entry it is queued, worked or waiting for. */
  peer: Peer | undefined;
}

interface Peer {
  readonly name: string;
  /** Entries of it in all lanes. */
  entries: number;
  active: number;
  /** Attempts that failed since the last that succeeded. */
  strikes: number;
  readonly ready: Set<LaneRecord>;
}

// So many failures in a row, without one success, are the peer's and not a single lane's.
const strikesOfAbsence = 3;

export class Backlog {
  readonly #most: number;
  readonly #mostPerPeer: number;
  readonly #lanes = new Map<string, LaneRecord>();
  readonly #peers = new Map<string, Peer>();
  /** Peers that may have a lane to start, in the order of their turns. */
  readonly #turns = new Set<Peer>();
  #size = 0;
  #active = 0;

  constructor(most: number, mostPerPeer: number) {
    this.#most = most;
    this.#mostPerPeer = mostPerPeer;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether something is being worked or could be. */
  get due(): boolean {
    return this.#active > 0 || [...this.#peers.values()].some((peer) => peer.ready.size > 0);
  }

  sizeOf(peer: string): number {
    return this.#peers.get(peer)?.entries ?? 0;
  }

  has(lane: string, sequence: number): boolean {
    return this.#lanes.get(lane)?.entries.some((entry) => entry.sequence === sequence) ?? false;
  }

  /** When the oldest entry was created. A lane's first entry is its oldest. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { entries } of this.#lanes.values()) {
      const created = entries[0]?.created;
      if (created !== undefined && (oldest === undefined || created < oldest)) oldest = created;
    }
    return oldest;
  }

  /** Adds an entry at its place in the lane; nothing happens when it is known. */
  add(laneName: string, entry: Entry): void {
    if (this.has(laneName, entry.sequence)) return;
    const lane = this.#lanes.get(laneName) ?? newLane(laneName);
    this.#lanes.set(laneName, lane);
    const after = lane.entries.findLastIndex(({ sequence }) => sequence < entry.sequence);
    lane.entries.splice(after + 1, 0, entry);
    this.#size++;
    this.#peer(entry.peer).entries++;
    if (lane.state === 'idle') this.#queue(lane);
  }

  /** The next lane that may be worked, now active, with its first entry. */
  next(): { lane: Lane; entry: Entry } | undefined {
    if (this.#active >= this.#most) return undefined;
    for (const peer of this.#turns) {
      this.#turns.delete(peer);
      const [lane] = peer.ready;
      const entry = lane?.entries[0];
      if (!lane || !entry || peer.active >= this.#allowance(peer)) continue;
      peer.ready.delete(lane);
      peer.active++;
      this.#active++;
      lane.state = 'active';
      this.#turns.add(peer);
      return { lane, entry };
    }
    return undefined;
  }

  /**
   * The entry ended; its lane goes on with the next. `answered`: the peer did. True when the peer was absent and has come
   * back with this.
   */
  settled(laneName: string, sequence: number, answered: boolean): boolean {
    const lane = this.#record(laneName);
    const index = lane.entries.findIndex((entry) => entry.sequence === sequence);
    const [entry] = index < 0 ? [] : lane.entries.splice(index, 1);
    const peer = this.#deactivate(lane, 'idle');
    lane.attempts = 0;
    const back = answered && peer.strikes >= strikesOfAbsence;
    if (answered) peer.strikes = 0;
    if (entry) {
      this.#size--;
      peer.entries--;
    }
    if (lane.entries.length > 0) this.#queue(lane);
    else this.#lanes.delete(laneName);
    this.#turn(peer);
    return back;
  }

  /** The attempt failed: the lane waits until `resume`. `strike` when the failure may be the peer's. */
  failed(laneName: string, strike: boolean): void {
    const lane = this.#record(laneName);
    lane.attempts++;
    const peer = this.#deactivate(lane, 'waiting');
    if (strike) peer.strikes++;
    this.#turn(peer);
  }

  /** The lane's time has come. */
  resume(laneName: string): void {
    const lane = this.#lanes.get(laneName);
    if (lane?.state === 'waiting') this.#queue(lane);
  }

  /** Whether the failures of a peer are its own, and it has not answered since. */
  absent(peer: string): boolean {
    return (this.#peers.get(peer)?.strikes ?? 0) >= strikesOfAbsence;
  }

  /** The lanes that wait, of one peer or of all; the peer is believed to be back. */
  comeBack(peerName?: string): string[] {
    const waiting: string[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.state !== 'waiting' || (peerName !== undefined && lane.peer?.name !== peerName)) continue;
      if (lane.peer) lane.peer.strikes = 0;
      waiting.push(lane.name);
    }
    return waiting;
  }

  #queue(lane: LaneRecord): void {
    const [entry] = lane.entries;
    if (!entry) return;
    lane.state = 'ready';
    lane.peer = this.#peer(entry.peer);
    lane.peer.ready.add(lane);
    this.#turn(lane.peer);
  }

  #deactivate(lane: LaneRecord, state: LaneState): Peer {
    if (lane.state !== 'active' || !lane.peer) throw new TypeError(`Lane '${lane.name}' is not being worked.`);
    lane.state = state;
    lane.peer.active--;
    this.#active--;
    return lane.peer;
  }

  /** Gives a peer with something to do its turn, and forgets one with nothing. */
  #turn(peer: Peer): void {
    if (peer.ready.size > 0) this.#turns.add(peer);
    else if (peer.entries === 0 && peer.active === 0) {
      this.#peers.delete(peer.name);
      this.#turns.delete(peer);
    }
  }

  #allowance(peer: Peer): number {
    return Math.max(1, Math.floor(this.#mostPerPeer / 2 ** peer.strikes));
  }

  #peer(name: string): Peer {
    const peer = this.#peers.get(name) ?? { name, entries: 0, active: 0, strikes: 0, ready: new Set() };
    this.#peers.set(name, peer);
    return peer;
  }

  #record(laneName: string): LaneRecord {
    const lane = this.#lanes.get(laneName);
    if (!lane) throw new TypeError(`There is no lane '${laneName}'.`);
    return lane;
  }
}

function newLane(name: string): LaneRecord {
  return { name, entries: [], attempts: 0, state: 'idle', peer: undefined };
}
