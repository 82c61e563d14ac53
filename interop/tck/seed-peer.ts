import { createServer } from 'node:http';
import { closeServer, listen } from '@causeway/platform';
import type { Members } from '../management.js';
import { connectorId } from './connector.js';
import { kitParticipant } from './identity.js';
import { readJson } from './webhooks.js';

const context = { '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'] };
const newId = (): string => `urn:uuid:${crypto.randomUUID()}`;

/**
 * The other party of the agreements that the kit's transfers are made under. The kit makes none: before it starts, this speaks
 * for it at its address, just as much of the protocol as an agreement takes.
 */
export class SeedPeer implements AsyncDisposable {
  readonly #connector: string;
  readonly #server = createServer((request, response) => {
    readJson(request)
      .then((body) => this.#receive(request.url ?? '', body))
      .then(
        (answer) => response.writeHead(answer === undefined ? 200 : 201).end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  readonly #waiting = new Map<string, (message: Members) => void>();

  private constructor(connector: string) {
    this.#connector = connector;
  }

  /** @param connector the DSP base URL of the connector under test */
  static async listen(connector: string, port: number): Promise<SeedPeer> {
    const peer = new SeedPeer(connector);
    await listen(peer.#server, '127.0.0.1', port);
    return peer;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('Expected a peer that listens.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** As a consumer: asks for the first offer of a dataset, and verifies the agreement. @returns the agreement's `@id` */
  async agree(dataset: string): Promise<string> {
    const consumerPid = newId();
    const { hasPolicy } = await this.#ask('GET', `catalog/datasets/${dataset}`);
    const [offer] = hasPolicy as [Members];
    const [agreed, finalized] = [this.#next(consumerPid, 'agreement'), this.#next(consumerPid, 'events')];
    const request = { consumerPid, callbackAddress: this.address, offer: { ...offer, target: dataset } };
    const { providerPid } = await this.#post('negotiations/request', 'ContractRequestMessage', request);
    const { agreement } = await agreed;
    const path = `negotiations/${providerPid}/agreement/verification`;
    await this.#post(path, 'ContractAgreementVerificationMessage', { providerPid, consumerPid });
    await finalized;
    return String((agreement as Members)['@id']);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeServer(this.#server);
  }

  async #receive(url: string, message: Members): Promise<Members | undefined> {
    const [, , pid = '', ...rest] = url.split('/');
    if (pid === 'request') return this.#requested(message);
    const key = `${pid} ${rest.join('/')}`;
    this.#waiting.get(key)?.(message);
    this.#waiting.delete(key);
    return undefined;
  }

  /** As a provider: agrees to whatever is asked for, and finalizes what is verified. */
  #requested({ consumerPid, offer, callbackAddress }: Members): Members {
    const providerPid = newId();
    const pids = { providerPid, consumerPid };
    const { '@type': _offer, ...terms } = offer as Members;
    const agreement = {
      ...{ ...terms, '@type': 'Agreement', '@id': newId(), timestamp: new Date().toISOString() },
      ...{ assigner: kitParticipant, assignee: connectorId },
    };
    const base = `${callbackAddress}/negotiations/${consumerPid}`;
    void this.#next(providerPid, 'agreement/verification').then(() =>
      this.#post(`${base}/events`, 'ContractNegotiationEventMessage', { ...pids, eventType: 'FINALIZED' }),
    );
    setImmediate(() => void this.#post(`${base}/agreement`, 'ContractAgreementMessage', { ...pids, agreement }));
    return { ...context, '@type': 'ContractNegotiation', '@id': providerPid, ...pids, state: 'REQUESTED' };
  }

  #next(pid: string, path: string): Promise<Members> {
    return new Promise((resolve) => this.#waiting.set(`${pid} ${path}`, resolve));
  }

  #post(path: string, type: string, members: object): Promise<Members> {
    return this.#ask('POST', path, { ...context, '@type': type, '@id': newId(), ...members });
  }

  async #ask(method: string, path: string, body?: object): Promise<Members> {
    const response = await fetch(path.startsWith('http') ? path : `${this.#connector}/${path}`, {
      ...{ method, headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(20_000) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Members);
  }
}
