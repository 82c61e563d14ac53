import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Identity } from '@causeway/certs/peer';
import { key, type Random } from '@causeway/platform';
import type { ManualClock } from '@causeway/platform/testing';
import type { Decider } from '../../control.js';
import { dspBase } from '../../dsp/vocabulary.js';
import type { JsonObject } from '../../model.js';
import { policyDecider } from '../../negotiation/decide.js';
import type { DspTransport } from '../../ports.js';
import { namedIdentity } from '../network.js';
import { Party } from '../party.js';
import { Ledger } from './ledger.js';

const outboxPrefix = key('outbox/dsp');

/** A party whose messages can be kept from leaving, on a real HTTP server, with a ledger of what is written to its store. */
export class Besieged implements AsyncDisposable {
  readonly ledger = new Ledger();
  /** What it wanted to send and never will, however often it tries. */
  readonly kept: JsonObject[] = [];
  /** `deliver` to the peer, `keep` from leaving, or `nod`: answer 200 without delivering. */
  mail: 'deliver' | 'keep' | 'nod' = 'deliver';
  /** What it does by itself: nothing, but where the building of a world needs it. */
  readonly decider: { negotiation: Decider['negotiation']; transfer: Decider['transfer'] } = {
    negotiation: {},
    transfer: {},
  };
  party!: Party;
  port = 0;
  #server: Server | undefined;

  static async join(options: { identity: Identity; clock: ManualClock; random: Random }): Promise<Besieged> {
    const besieged = new Besieged();
    const { id } = options.identity;
    const party = await Party.open({
      ...options,
      ...{ dspIdentity: namedIdentity(id), transport: { send: (message) => besieged.#send(message, id) } },
      ...{ decider: besieged.decider, through: besieged.ledger.through },
    });
    besieged.party = party;
    const server = createServer(party.listener);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    besieged.#server = server;
    besieged.port = (server.address() as AddressInfo).port;
    party.dspBase = `http://127.0.0.1:${besieged.port}${dspBase}`;
    await party.start();
    return besieged;
  }

  /** Forgets the messages it could not send, as if they were under way for ever, and begins anew with what it has stored. */
  async settleDown(): Promise<void> {
    const { party } = this;
    const waiting = await party.store.scan({ prefix: outboxPrefix, limit: 1_000 });
    await party.store.commit({ writes: waiting.map(({ key }) => ({ delete: key })) });
    party.vanish();
    await party.restart();
    this.mail = 'nod';
    await party.plane.queue.idle();
    await this.ledger.remember(party.store);
  }

  /** From now on it agrees, refuses, signs and starts by policy. */
  decide(clock: ManualClock): void {
    this.decider.negotiation = policyDecider(this.party.records, this.party.id, clock);
    this.decider.transfer = { 'provider:REQUESTED': async () => ({ move: 'proceed' }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.party[Symbol.asyncDispose]();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #send(message: Parameters<DspTransport['send']>[0], from: string): ReturnType<DspTransport['send']> {
    const { body } = message;
    const known = this.kept.some((one) => one['@id'] === body?.['@id']);
    if (this.mail === 'keep' && body !== undefined && !known) this.kept.push(body);
    if (this.mail === 'keep' || known) throw new Error('kept from leaving');
    if (this.mail === 'nod') return { status: 200 };
    return post(from, message.url, message.body);
  }
}

/** A message as it should be. */
export async function post(from: string, url: string, body: JsonObject | undefined) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: from, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, ...(text === '' ? {} : { body: JSON.parse(text) as JsonObject }) };
}
