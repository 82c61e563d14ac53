// Negotiations from the first request to FINALIZED on both sides, a second: each message over mutual TLS, each state durable on its
// side before it is answered, the agreement signed by both and queued for the clearing house. Five processes on this machine.
//
//   npm run build && node bench/negotiation.mjs [--count 400] [--in-flight 1,16,64]
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Space } from '@causeway/dataspace';

const options = { count: { type: 'string' }, 'in-flight': { type: 'string' } };
const { values } = parseArgs({ options });
const count = Number(values.count ?? 400);
const rounds = (values['in-flight'] ?? '1,16,64').split(',').map(Number);

const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
const firms = [
  { name: 'oem', title: 'OEM' },
  { name: 'buyer', title: 'Buyer' },
];
const space = new Space({ folder, firms });
await space.start();
const provider = await client(space.connector('oem'));
const consumer = await client(space.connector('buyer'));
await writeFile(join(folder, 'data.csv'), 'part,stock\nXG-4021-07,12\n');
const { id: dataset } = await provider('PUT', '/datasets/stock', {
  file: join(folder, 'data.csv'),
  title: { en: 'Stock' },
  offers: [{ terms: { assignees: [space.connector('buyer').run.id], count: 10, until: '2099-01-01T00:00:00Z' } }],
});

let number = 0;
await many(Math.min(count, 50), 4);
const connectors = ['oem', 'buyer'].map((name) => space.connector(name).run.pid);
for (const inFlight of rounds) {
  const [began, spent] = [performance.now(), await cpuMs(connectors)];
  const latencies = await many(count, inFlight);
  const seconds = (performance.now() - began) / 1_000;
  latencies.sort((a, b) => a - b);
  const quantile = (q) => Math.round(latencies[Math.floor(q * (latencies.length - 1))] * 10) / 10;
  const { both, lost } = await ended();
  const figures = { inFlight, negotiations: count, perSecond: Math.round((count / seconds) * 10) / 10 };
  const times = { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  // What it costs whoever else uses the machine: both connectors together, a negotiation.
  const cpu = { cpuMsEach: Math.round((((await cpuMs(connectors)) - spent) / count) * 10) / 10 };
  const load = Math.round(loadavg()[0] * 10) / 10;
  process.stdout.write(`${JSON.stringify({ ...figures, ...times, ...cpu, load, finalizedOnBothSides: both, lost })}\n`);
}
await space.stop();
await rm(folder, { recursive: true, force: true });

/** Runs so many negotiations, so many at a time; answers how long each took, in milliseconds. */
async function many(total, inFlight) {
  const latencies = [];
  let left = total;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const name = `bench-${number++}`;
      const began = performance.now();
      await consumer('PUT', `/negotiations/${name}`, { dataset });
      const { state } = await consumer('GET', `/negotiations/${name}?wait=60`);
      if (state === 'FINALIZED') latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return latencies;
}

/** How many negotiations of all so far are finalized at both ends, and how many are not. */
async function ended() {
  const states = async (ask) => {
    const found = new Map();
    let cursor;
    do {
      const page = await ask('GET', `/negotiations?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      for (const { pid, peerPid, state, role } of page.items) found.set(role === 'consumer' ? pid : peerPid, state);
      cursor = page.next;
    } while (cursor);
    return found;
  };
  const [theirs, ours] = [await states(provider), await states(consumer)];
  const both = [...ours].filter(([pid, state]) => state === 'FINALIZED' && theirs.get(pid) === state).length;
  return { both, lost: number - both };
}

/** Processor time that these processes have used so far; NaN where /proc does not tell. */
async function cpuMs(pids) {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [user, system] = stat.split(') ')[1]?.split(' ').slice(11, 13) ?? [];
      return (Number(user) + Number(system)) * 10;
    }),
  );
  return ticks.reduce((sum, one) => sum + one, 0);
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
