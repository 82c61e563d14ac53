import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { closeServer, listen } from '@causeway/platform';
import type { Members } from '../management.js';

/** What a client of EDC is given to fetch data with. */
export interface DataReference {
  readonly endpoint: string;
  readonly token: string;
}

const callbackMs = 30_000;
const lookMs = 100;
const namespace = 'https://w3id.org/edc/v0.0.1/ns/';

/** Fetches with what EDC was given, as a client without a certificate does. @returns status, bytes and digest */
export function fetchWith({ endpoint, token }: DataReference, roots: readonly string[], range?: string) {
  return new Promise<{ status: number; bytes: number; digest: string }>((resolve, reject) => {
    const headers = { authorization: token, ...(range === undefined ? {} : { range }) };
    const asked = request(endpoint, { headers, ca: [...roots], agent: false }, (response) => {
      digestOf(response).then((read) => resolve({ status: response.statusCode ?? 0, ...read }), reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function digestOf(body: IncomingMessage): Promise<{ bytes: number; digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, digest: `sha-256:${hash.digest('hex')}` };
}

/** Where EDC tells its client that a transfer has started, with the data reference of it. */
export class Callbacks implements AsyncDisposable {
  readonly #heard: Members[] = [];
  readonly #server = createServer((asked, response) => {
    readJson(asked).then(
      (event) => {
        this.#heard.push(event);
        response.writeHead(200).end();
      },
      () => response.writeHead(400).end(),
    );
  });
  #port = 0;

  static async listen(): Promise<Callbacks> {
    const callbacks = new Callbacks();
    callbacks.#port = await listen(callbacks.#server, '127.0.0.1', 0);
    return callbacks;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/started`;
  }

  /** The data reference of the next transfer that starts. @throws Error when none is told in time */
  async next(): Promise<DataReference> {
    for (const deadline = Date.now() + callbackMs; Date.now() < deadline; await setTimeout(lookMs)) {
      const event = this.#heard.shift();
      if (event === undefined) continue;
      const reference = referenceIn(event);
      if (reference !== undefined) return reference;
      throw new Error(`Expected a data reference from EDC, got ${event['type']} without one.`);
    }
    throw new Error('Expected EDC to tell its client that the transfer has started.');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeServer(this.#server);
  }
}

export async function readJson(asked: IncomingMessage): Promise<Members> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Object(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}

/** `transfer.process.started` of EDC: the data address as a flat record of properties, most named by absolute IRIs. */
function referenceIn({ payload }: Members): DataReference | undefined {
  const { dataAddress } = Object(payload) as Members;
  const { properties } = Object(dataAddress) as Members;
  const all = Object(properties) as Members;
  const named = (name: string): string => String(all[`${namespace}${name}`] ?? all[name] ?? '');
  const [endpoint, token] = [named('endpoint'), named('authorization')];
  return endpoint === '' || token === '' ? undefined : { endpoint, token };
}
