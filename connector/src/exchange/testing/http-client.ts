import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Identity } from '@causeway/certs/peer';

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Whether the answer came to its end, instead of being cut. */
  readonly whole: boolean;
  /** Of a problem document. */
  readonly code: string | undefined;
}

export interface Fetch {
  readonly url: string;
  readonly roots: readonly string[];
  /** Whose certificate is shown; absent: none. */
  readonly as?: Identity;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with the answer when its head is there; it is read whole unless this reads it. */
  readonly opened?: (response: IncomingMessage) => Promise<void>;
}

/** One request of a client that is not ours, on a connection of its own, as `curl` makes it. */
export function fetchData({ url, roots, as, method = 'GET', headers = {}, opened }: Fetch): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const shown = as ? { key: as.tls.key, cert: as.tls.cert } : {};
    const asked = request(url, { method, headers, ca: [...roots], ...shown, agent: false }, (response) => {
      (opened?.(response) ?? Promise.resolve())
        .then(() => read(response))
        .then((body) => resolve(fetched(response, body)), reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    // Cut off: `complete` says so.
  }
  return Buffer.concat(parts);
}

function fetched({ statusCode = 0, headers, complete }: IncomingMessage, body: Buffer): Fetched {
  const problem = headers['content-type'] === 'application/problem+json';
  const code = problem ? String((JSON.parse(body.toString()) as { code: unknown }).code) : undefined;
  return { status: statusCode, headers, body, whole: complete, code };
}
