// Two connectors of ours as they ship, with authority, broker and clearing house: five processes on this machine.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Space } from '@causeway/dataspace';

/**
 * Starts them, and publishes what is negotiated for.
 *
 * @param discover whether each request names the dataset only, so that the connector asks the broker for the provider's address and the
 * provider for its offer; otherwise the client has both already, as one of EDC must
 */
export async function causewayPair({ discover = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
  const firms = [
    { name: 'oem', title: 'OEM' },
    { name: 'buyer', title: 'Buyer' },
  ];
  const space = new Space({ folder, firms });
  const close = async () => {
    await space.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await space.start();
    return { ...(await pair(space, folder, discover)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function pair(space, folder, discover) {
  const [oem, buyer] = ['oem', 'buyer'].map((name) => space.connector(name));
  const [provider, consumer] = [await client(oem), await client(buyer)];
  await writeFile(join(folder, 'data.csv'), 'part,stock\nXG-4021-07,12\n');
  const { id: dataset } = await provider('PUT', '/datasets/stock', {
    file: join(folder, 'data.csv'),
    title: { en: 'Stock' },
    offers: [{ terms: { assignees: [buyer.run.id], count: 10, until: '2099-01-01T00:00:00Z' } }],
  });
  const address = `https://localhost:${oem.port('dsp')}/dsp/2025-1`;
  const { catalog } = await consumer('POST', '/catalog-requests', { provider: oem.run.id, address });
  const [offer] = catalog.dataset.find((one) => one['@id'] === dataset).hasPolicy;
  const asked = discover ? { dataset } : { dataset, provider: oem.run.id, address, offer };
  let number = 0;
  return {
    pids: [oem.run.pid, buyer.run.pid],
    async negotiate() {
      const path = `/negotiations/bench-${number++}`;
      await consumer('PUT', path, asked);
      const { state } = await consumer('GET', `${path}?wait=60`);
      return state === 'FINALIZED';
    },
    // A consumer is told of FINALIZED by its provider, so there is nothing to wait for.
    async finalized() {
      const [theirs, ours] = [await states(provider), await states(consumer)];
      return [...ours].filter(([pid, state]) => state === 'FINALIZED' && theirs.get(pid) === state).length;
    },
  };
}

/** State of every negotiation, by the consumer's pid. */
async function states(ask) {
  const found = new Map();
  let cursor;
  do {
    const page = await ask('GET', `/negotiations?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    for (const { pid, peerPid, state, role } of page.items) found.set(role === 'consumer' ? pid : peerPid, state);
    cursor = page.next;
  } while (cursor);
  return found;
}

async function client(service) {
  const key = (await readFile(join(service.home, 'api.key'), 'utf8')).trim();
  const port = service.port('management');
  const agent = new Agent({ keepAlive: true });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const sent = request({ host: '127.0.0.1', port, agent, method, path: `/management/v1${path}`, headers });
      sent.on('error', reject);
      sent.on('response', async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        if (response.statusCode < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
      sent.end(body && JSON.stringify(body));
    });
}
