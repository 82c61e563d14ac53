import { type Identity, peerService, servePeerGrpc } from '@causeway/certs/peer';
import { leafHash, parseEntry, proofTree, readHead } from '@causeway/evidence';
import { type Clock, GrpcFailure, type RunningServer, silentLogger } from '@causeway/platform';
import { Broker, type causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';

type WireHit = causeway.broker.v1.Hit.$Properties;
type WireHead = causeway.broker.v1.SignedHead.$Properties;

interface Held {
  head: WireHead;
  entries: Uint8Array[];
}

/** A broker in memory that checks next to nothing, and does to its answers whatever a test tells it. */
export class SmallBroker {
  readonly held = new Map<string, Held>();
  /** The head of every write, in order. */
  readonly written: { readonly kind: 'register' | 'heartbeat' | 'deregister'; readonly head: WireHead }[] = [];
  /** Changes the hits of a search or resolution before they are sent. */
  tamper: (hits: WireHit[]) => WireHit[] | Promise<WireHit[]> = (hits) => hits;
  /** Refuses every call. */
  down = false;
  next = '';
  tally: causeway.broker.v1.Tally.$Properties | undefined;
  #server: RunningServer | undefined;

  get address(): string {
    return `127.0.0.1:${this.#server?.port ?? 0}`;
  }

  async start(identity: Identity, clock: Clock, port = 0): Promise<void> {
    const rule = { roles: ['participant'] } as const;
    this.#server = await servePeerGrpc({
      ...{ identity, clock, host: '127.0.0.1', port, log: silentLogger },
      services: [
        peerService(Broker, {
          rules: { register: rule, heartbeat: rule, deregister: rule, search: rule, resolve: rule, describe: rule },
          handlers: {
            register: {
              clientStream: async ({ requests }) => {
                const entries: Uint8Array[] = [];
                let head: WireHead = {};
                for await (const request of requests) {
                  if (request.head) head = request.head;
                  else if (request.entry) entries.push(request.entry);
                }
                return { sequence: this.#write('register', head, () => ({ head, entries })) };
              },
            },
            heartbeat: {
              unary: async ({ request: { head } }) => ({
                sequence: this.#write('heartbeat', head ?? {}, (held) => {
                  const root = readHead(head?.head ?? '').root;
                  if (!held || readHead(held.head.head ?? '').root !== root) throw refusal('NOT_REGISTERED');
                  return { head: head ?? {}, entries: held.entries };
                }),
              }),
            },
            deregister: {
              unary: async ({ request: { head } }) => {
                this.#write('deregister', head ?? {}, () => ({ head: head ?? {}, entries: [] }));
                return {};
              },
            },
            search: {
              unary: async () => ({
                ...{ hits: await this.#answer(() => true), next: this.next },
                ...(this.tally && { tally: this.tally }),
              }),
            },
            resolve: {
              unary: async ({ request: { id } }) => {
                const [hit] = await this.#answer((entry) => parseEntry(entry).id === id);
                if (!hit) throw refusal('NOT_FOUND');
                return { hit };
              },
            },
            describe: {
              unary: async ({ request: { participant } }) => {
                this.#check();
                const held = this.held.get(participant);
                if (!held) throw refusal('NOT_FOUND');
                return { head: held.head, liveness: { state: 'online', lastSeen: 1 } };
              },
            },
          },
        }),
      ],
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** All hits, as an honest broker would tell them. */
  hits(): WireHit[] {
    return [...this.held.values()].flatMap(({ head, entries }) => {
      const { proofs } = proofTree(entries.map(leafHash));
      return entries.map((entry, index) => ({
        entry,
        index,
        proof: [...(proofs[index] ?? [])],
        head,
        liveness: { state: 'online', lastSeen: 1 },
      }));
    });
  }

  async #answer(wanted: (entry: Uint8Array) => boolean): Promise<WireHit[]> {
    this.#check();
    return this.tamper(this.hits().filter(({ entry }) => wanted(entry ?? new Uint8Array())));
  }

  #write(kind: 'register' | 'heartbeat' | 'deregister', head: WireHead, change: (held?: Held) => Held): number {
    this.#check();
    const { publisher, sequence } = readHead(head.head ?? '');
    const held = this.held.get(publisher);
    if (held && Number(readHead(held.head.head ?? '').sequence) >= Number(sequence)) throw refusal('SEQUENCE_STALE');
    this.held.set(publisher, change(held));
    this.written.push({ kind, head });
    return Number(sequence);
  }

  #check(): void {
    if (this.down) throw new GrpcFailure(status.UNAVAILABLE, 'BUSY', 'down');
  }
}

function refusal(code: 'NOT_REGISTERED' | 'NOT_FOUND' | 'SEQUENCE_STALE'): GrpcFailure {
  return new GrpcFailure(code === 'NOT_FOUND' ? status.NOT_FOUND : status.FAILED_PRECONDITION, code, code);
}
