import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { closeServer, listen } from '@causeway/platform';
import type { Management, Members } from '../management.js';

/** Where the kit tells the connector to begin something as a consumer: our own tools, under the kit's names. */
export class Webhooks implements AsyncDisposable {
  readonly address: string;
  readonly #close: () => Promise<void>;

  private constructor(address: string, close: () => Promise<void>) {
    this.address = address;
    this.#close = close;
  }

  /** @param folder where files that are transferred would go */
  static async listen(management: Management, folder: string): Promise<Webhooks> {
    const server = createServer((request, response) => {
      readJson(request)
        .then((asked) => begin(management, folder, request.url ?? '', asked))
        .then(
          () => response.writeHead(200).end(),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
    });
    const port = await listen(server, '127.0.0.1', 0);
    return new Webhooks(`http://127.0.0.1:${port}`, () => closeServer(server));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

async function begin(management: Management, folder: string, url: string, asked: Members): Promise<void> {
  const id = crypto.randomUUID();
  if (url === '/negotiations') {
    const { datasetId: dataset, offerId, providerId: provider, connectorAddress: address } = asked;
    const offer = { '@id': offerId, permission: [{ action: 'use' }] };
    await management.put(`negotiations/${id}`, { provider, dataset, address, offer });
  } else {
    await management.put(`transfers/${id}`, { agreement: asked['agreementId'], to: join(folder, `${id}.csv`) });
  }
}

export async function readJson(request: IncomingMessage): Promise<Members> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Members;
}
