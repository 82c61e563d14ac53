import { channel } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Identity } from '@causeway/certs/peer';
import type { Random, Store } from '@causeway/platform';
import type { ManualClock } from '@causeway/platform/testing';
import type { Decider } from '../control.js';
import { dspBase } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject } from '../model.js';
import type { DspIdentity, DspTransport, FactsFor, StoreChecked } from '../ports.js';
import { Party } from './party.js';

/** What a connector sends over this network, for whoever records it: `scripts/record-dsp.mjs`. */
const recorder = channel('causeway:dsp-sent');

export type Message = Parameters<DspTransport['send']>[0];
type Answered = Awaited<ReturnType<DspTransport['send']>>;

/** What happens to one message on its way. `crash…` tears the named end away just then. */
export const faults = [
  'none',
  'lose',
  'lose-answer',
  'double',
  'again-later',
  'crash-sender',
  'crash-receiver',
] as const;
export type Fault = (typeof faults)[number];

/** Believes whatever the header says: the identity of a peer is not what these tests are about. */
export function namedIdentity(self: string): DspIdentity {
  return {
    async authenticate({ authorization }) {
      if (authorization === undefined) throw new ConnectorError('UNAUTHENTICATED', 'Expected a name.');
      return { id: authorization, fingerprint: `certificate-of-${authorization}` };
    },
    authorization: async () => self,
  };
}

/** Two or more parties that talk over plain HTTP on loopback through a network that loses, doubles and delays. */
export class Network implements AsyncDisposable {
  /** Asked about each message in turn; none when absent. */
  fault: (message: Message, from: string) => Fault | Promise<Fault> = () => 'none';
  /** What an attacker on the way, or a dishonest sender, makes of a message. */
  tamper: (body: JsonObject) => JsonObject = (body) => body;
  /** Everything that was sent, in order. */
  readonly sent: {
    readonly from: string;
    readonly url: string;
    readonly body?: JsonObject;
    readonly status?: number;
  }[] = [];
  readonly #parties = new Map<string, Party>();
  readonly #servers: Server[] = [];
  #late: { readonly message: Message; readonly from: string }[] = [];

  async join(options: {
    identity: Identity;
    clock: ManualClock;
    random: Random;
    decider?: Decider;
    unsigned?: 'refuse' | 'mark';
    processesPerPeer?: number;
    factsFor?: FactsFor;
    checked?: StoreChecked;
    through?: (store: Store) => Store;
  }): Promise<Party> {
    const { id } = options.identity;
    const transport: DspTransport = { send: (message) => this.#send(message, id) };
    const party = await Party.open({ ...options, dspIdentity: namedIdentity(id), transport });
    const server = createServer(party.listener);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    this.#servers.push(server);
    this.#parties.set(id, party);
    party.dspBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}${dspBase}`;
    await party.start();
    return party;
  }

  /** A message of our own making, as if `from` had sent it. */
  post(from: string, url: string, body: JsonObject): Promise<Answered> {
    return this.#deliver({ peer: '', method: 'POST', url, body, signal: AbortSignal.timeout(10_000) }, from);
  }

  get(from: string, url: string): Promise<Answered> {
    return this.#deliver({ peer: '', method: 'GET', url, signal: AbortSignal.timeout(10_000) }, from);
  }

  /** Delivers again what was to come again later, in an order of its own. */
  async deliverLate(): Promise<void> {
    const late = this.#late.reverse();
    this.#late = [];
    for (const { message, from } of late) await this.#deliver(message, from).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const party of this.#parties.values()) await party[Symbol.asyncDispose]();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #send(message: Message, from: string): Promise<Answered> {
    if (message.body !== undefined) recorder.publish(message.body);
    const fault = await this.fault(message, from);
    const receiver = this.#parties.get(message.peer);
    if (fault === 'lose') throw new Error('lost on its way');
    if (fault === 'crash-sender') {
      // The message arrives, and its sender dies before it can save that.
      await this.#deliver(message, from).catch(() => undefined);
      this.tearAway(from);
      throw new Error('the sender is gone');
    }
    if (fault === 'crash-receiver') {
      const answering = this.#deliver(message, from).catch(() => undefined);
      this.tearAway(receiver?.id ?? '');
      await answering;
      throw new Error('the receiver went away');
    }
    const answer = await this.#deliver(this.#altered(message), from);
    if (fault === 'double') await this.#deliver(message, from);
    if (fault === 'again-later') this.#late.push({ message, from });
    if (fault === 'lose-answer') throw new Error('the answer was lost');
    return answer;
  }

  #altered(message: Message): Message {
    return message.body === undefined ? message : { ...message, body: this.tamper(message.body) };
  }

  readonly down = new Set<string>();

  /** Tears a party away; `restartAll` brings it back. */
  tearAway(id: string): void {
    const party = this.#parties.get(id);
    if (party === undefined || this.down.has(id)) return;
    this.down.add(id);
    // Its outbox cannot end while this very message is being sent, so nobody waits for that here.
    party.vanish();
  }

  async restartAll(): Promise<void> {
    for (const id of this.down) await this.#parties.get(id)?.restart();
    this.down.clear();
  }

  async #deliver(message: Message, from: string): Promise<Answered> {
    const { method, url, body } = message;
    const response = await fetch(url, {
      method,
      headers: { authorization: from, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    this.sent.push({ from, url, status: response.status, ...(body === undefined ? {} : { body }) });
    return { status: response.status, ...(text === '' ? {} : { body: JSON.parse(text) as JsonObject }) };
  }
}
