import { channel } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { DspBinding } from '@causeway/connector';
import { closeServer, httpDeadlines, listen, routesOf } from '@causeway/platform';

/** What `fetch` sends is not seen by the recorder of messages (scripts/record-dsp.mjs), so it is told. */
const recorder = channel('causeway:dsp-sent');

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** DSP over plain HTTP, for tests between programs of one machine: it is not served on any other address. */
export function plainHttp(): DspBinding {
  return {
    scheme: 'http',
    async serve({ app, host, port }) {
      if (!loopback.includes(host))
        throw new TypeError(`Expected a loopback address for DSP without TLS, got ${host}.`);
      const server = createServer(httpDeadlines, app);
      const bound = await listen(server, host, port);
      const routes = 'router' in app ? routesOf(app) : [];
      return { name: 'dsp', protocol: 'http', host, port: bound, routes, close: () => closeServer(server) };
    },
    async request({ method, url, headers, body, timeoutMs, maxBytes, signal }) {
      if (body !== undefined && recorder.hasSubscribers) recorder.publish(JSON.parse(body));
      const response = await fetch(url, {
        ...{ method, headers, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
        ...(body === undefined ? {} : { body }),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await readBounded(response, maxBytes),
      };
    },
  };
}

async function readBounded(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new Error(`Expected an answer of at most ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
