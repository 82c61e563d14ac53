import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type BidiCall,
  type Identity,
  peerService,
  type Role,
  servePeerGrpc,
  servePeerHttps,
} from '@causeway/certs/peer';
import {
  type Envelope,
  envelopeDigest,
  formatCheckpoint,
  formatReceipt,
  type HashReader,
  leafData,
  leafHash,
  merkleRoot,
  proveInclusion,
  readEnvelope,
  rootOf,
  signNote,
  type TrustBundle,
  tileWidth,
  vkeyOf,
} from '@causeway/evidence';
import { GrpcFailure, type RunningServer, silentLogger, systemClock } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';

type Submit = BidiCall<causeway.clearing.v1.SubmitRequest, causeway.clearing.v1.SubmitResponse.$Properties>;
const roles: readonly Role[] = ['participant'];

type Standing = { next: number; ended: boolean };
type Refusal = { code: string; message: string; retryable: boolean };

/** Leaf hashes in memory, and what a log says of them. */
export class TreeDouble {
  readonly leaves: Uint8Array[];

  constructor(leaves: readonly Uint8Array[] = []) {
    this.leaves = [...leaves];
  }

  get size(): bigint {
    return BigInt(this.leaves.length);
  }

  get hashes(): HashReader {
    return {
      read: async (level, index) => {
        const width = 2 ** level;
        return merkleRoot(this.leaves.slice(Number(index) * width, (Number(index) + 1) * width));
      },
    };
  }

  /** The bytes of a tile as the tree has them now; undefined when it has not that many hashes. */
  async tile(level: number, index: number, width: number): Promise<Buffer | undefined> {
    const span = tileWidth ** level;
    if ((index * tileWidth + width) * span > this.leaves.length) return undefined;
    const hashes = Array.from({ length: width }, (_, at) =>
      this.hashes.read(8 * level, BigInt(index * tileWidth + at)),
    );
    return Buffer.concat(await Promise.all(hashes));
  }
}

/**
 * A clearing house for tests, over real gRPC and HTTPS, that tells the truth unless told to lie: it may sign receipts of
 * one tree and publish another.
 */
export class LogDouble implements AsyncDisposable {
  readonly origin = 'log.example/test';
  readonly #key = generateKeyPairSync('ed25519').privateKey;
  readonly #identity: Identity;
  readonly #seen = new Map<string, number>();
  #grpc: RunningServer | undefined;
  #https: RunningServer | undefined;
  #lagging = false;
  #ports = { grpc: 0, https: 0 };
  /** What receipts are of. */
  signed = new TreeDouble();
  /** What everybody sees; the same tree while the log is honest. */
  published = this.signed;
  /** Refuses envelopes; undefined takes them. */
  refuse: (envelope: string) => Refusal | undefined = () => undefined;
  /** Changes a tile on its way out. */
  serveTile: (path: string, tile: Buffer | undefined) => Buffer | undefined = (_path, tile) => tile;
  /** Changes a receipt on its way out. */
  serveReceipt: (receipt: string) => string = (receipt) => receipt;
  /** Changes how a signer stands on its way out. */
  serveStanding: (agreement: string, standing: Standing) => Standing = (_agreement, standing) => standing;
  /** Envelopes that no list shows. */
  hide: (envelope: string) => boolean = () => false;
  readonly #kept: { readonly envelope: string; readonly keyStatement: string; readonly index: number }[] = [];
  /** Envelopes that came in, in order; again for each time. */
  readonly received: string[] = [];

  private constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** @param identity in the role of a clearing house */
  static async start(identity: Identity): Promise<LogDouble> {
    const double = new LogDouble(identity);
    await double.up();
    return double;
  }

  /** What the trust bundle says of it. */
  get service(): TrustBundle['clearingHouse'] {
    return {
      id: this.#identity.id,
      grpc: `127.0.0.1:${this.#ports.grpc}`,
      https: `https://127.0.0.1:${this.#ports.https}`,
      origin: this.origin,
      vkey: vkeyOf(this.origin, this.#key),
    };
  }

  /** Serves on the ports it had before. */
  async up(): Promise<void> {
    const shared = { identity: this.#identity, clock: systemClock, host: '127.0.0.1', log: silentLogger };
    const unused = async () => {
      throw new GrpcFailure(status.UNIMPLEMENTED, 'UNIMPLEMENTED', 'the double lists its records in one page');
    };
    const service = peerService(ClearingHouse, {
      rules: { submit: { roles }, get: { roles }, list: { roles }, standing: { roles } },
      handlers: {
        ...{ submit: { bidi: (call) => this.#submit(call) }, get: { unary: unused } },
        list: { unary: async ({ request: { agreement } }) => ({ records: this.#records(agreement), next: '' }) },
        standing: {
          unary: async ({ peer, request: { agreements } }) => ({
            standings: agreements.map((agreement) => this.serveStanding(agreement, this.#standing(agreement, peer.id))),
          }),
        },
      },
    });
    this.#grpc = await servePeerGrpc({ ...shared, port: this.#ports.grpc, services: [service] });
    this.#https = await servePeerHttps({
      ...shared,
      port: this.#ports.https,
      open: [{ method: 'GET', path: '/*' }],
      app: (request, response) => void this.#answer(request, response),
    });
    this.#ports = { grpc: this.#grpc.port, https: this.#https.port };
  }

  async down(): Promise<void> {
    await Promise.all([this.#grpc?.close(), this.#https?.close()]);
    this.#grpc = undefined;
    this.#https = undefined;
  }

  /** Takes a leaf back and signs what is left, as if it had never been there. */
  rebuildWithout(index: number): void {
    this.signed = new TreeDouble(this.signed.leaves.filter((_, at) => at !== index));
    this.published = this.signed;
  }

  /** From now on receipts are of a tree that nobody sees; the published one gets another leaf in their place. */
  forkPublished(): void {
    this.published = new TreeDouble(this.signed.leaves);
  }

  /** From now on what is signed is published only when told. */
  lag(): void {
    this.published = new TreeDouble(this.signed.leaves);
    this.#lagging = true;
  }

  /** Publishes what was signed. */
  publish(): void {
    this.published = this.signed;
    this.#lagging = false;
  }

  /** Adds leaves nobody asked for, to whatever is published. */
  grow(count: number): void {
    for (let at = 0; at < count; at += 1) {
      const leaf = leafHash(Buffer.from(`filler ${this.published.size}`));
      this.published.leaves.push(leaf);
    }
  }

  async note(tree: TreeDouble): Promise<string> {
    const root = await rootOf(tree.size, tree.hashes);
    return signNote(formatCheckpoint({ origin: this.origin, size: tree.size, root }), this.origin, this.#key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  /** Answers what is there together, the last first. */
  async #submit({ requests, send }: Submit): Promise<void> {
    const answers: (() => Promise<void>)[] = [];
    const flush = () => {
      for (const answer of answers.splice(0).reverse()) void answer().catch(() => undefined);
    };
    for await (const { id, envelope, keyStatement } of requests) {
      this.received.push(envelope);
      answers.push(async () => send({ id, ...(await this.#log(envelope, keyStatement)) }));
      setImmediate(flush);
    }
  }

  #of(agreement: string): { said: Envelope; envelope: string; keyStatement: string; index: number }[] {
    const kept = this.#kept.map((entry) => ({ ...entry, said: readEnvelope(entry.envelope).envelope }));
    return kept.filter(({ said }) => said.agreement === agreement);
  }

  #standing(agreement: string, signer: string): Standing {
    const entries = this.#of(agreement);
    const own = entries.filter(({ said }) => said.signer === signer).map(({ said }) => Number(said.sequence));
    return { next: Math.max(0, ...own) + 1, ended: entries.some(({ said }) => said.type === 'agreement-end') };
  }

  /** One record an agreement, whoever asks. */
  #records(agreement: string) {
    const known = this.#kept.map(({ envelope }) => readEnvelope(envelope).envelope.agreement);
    return [...new Set(agreement === '' ? known : [agreement])].map((each) => {
      const shown = this.#of(each).filter(({ envelope }) => !this.hide(envelope));
      const { provider = '', consumer = '' } = shown.find(({ said }) => said.parties)?.said.parties ?? {};
      const entries = shown.map(({ envelope, keyStatement, index }) => ({ envelope, keyStatement, index }));
      return { record: each, agreement: each, provider, consumer, entries, next: '' };
    });
  }

  async #log(envelope: string, keyStatement: string): Promise<{ receipt: string } | { refusal: Refusal }> {
    const refusal = this.refuse(envelope);
    if (refusal) return { refusal };
    const digest = envelopeDigest(envelope);
    let index = this.#seen.get(digest);
    if (index === undefined) {
      index = this.signed.leaves.length;
      this.#seen.set(digest, index);
      this.signed.leaves.push(leafHash(leafData(envelope)));
      this.#kept.push({ envelope, keyStatement, index });
      if (this.published !== this.signed && !this.#lagging) this.grow(1);
    }
    const tree = new TreeDouble(this.signed.leaves);
    const proof = await proveInclusion(BigInt(index), tree.size, tree.hashes);
    const receipt = formatReceipt({ index: BigInt(index), proof, checkpoint: await this.note(tree) });
    return { receipt: this.serveReceipt(receipt) };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(1);
    if (path === 'checkpoint') return void response.end(await this.note(this.published));
    const match = /^tile\/(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
    const index = Number((match?.[2] ?? '').replaceAll(/[x/]/g, ''));
    const tile = match && (await this.published.tile(Number(match[1]), index, Number(match[3] ?? tileWidth)));
    const served = this.serveTile(path, tile ?? undefined);
    if (!served) response.statusCode = 404;
    response.end(served);
  }
}
