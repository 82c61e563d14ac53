// Searches over 10,000 descriptions of a supply chain: the first page, ranked, with what there is to narrow it down by, over mutual
// TLS gRPC from a broker in a process of its own, where ten publishers registered signed entries.
//
//   npm run build && node bench/search.mjs [--datasets 10000] [--publishers 10] [--runs 300]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { brokerConfig, startBroker } from '@causeway/broker';
import { loadIdentity, PeerChannel, saveIdentity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { buildHead, entryTree, signHead, verifyEntry, verifyHead } from '@causeway/evidence';
import { loadConfig, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { Broker } from '@causeway/proto';

const id = 'urn:causeway:broker';
const options = {
  datasets: { type: 'string' },
  publishers: { type: 'string' },
  runs: { type: 'string' },
  serve: { type: 'string' },
};
const { values } = parseArgs({ options });

if (values.serve) await serve(values.serve);
else await measure(Number(values.datasets ?? 10_000), Number(values.publishers ?? 10), Number(values.runs ?? 300));

/** The broker, in a process of its own. */
async function serve(folder) {
  const flags = { grpcPort: '0', httpsPort: '0', managementPort: '0', operationsPort: '0' };
  const config = await loadConfig(brokerConfig, { flags });
  const identity = await loadIdentity(join(folder, 'identity'));
  const system = { clock: systemClock, random: systemRandom, log: silentLogger };
  const service = await startBroker({ ...system, config, identity, folder: join(folder, 'broker') });
  process.stdout.write(`${JSON.stringify(service.servers.find(({ name }) => name === 'broker').port)}\n`);
}

async function measure(datasets, publishers, runs) {
  const { toldOf, partNumber } = await import('../broker/dist/testing/supply-chain.js');
  const root = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
  const trust = await testTrust();
  await saveIdentity(join(root, 'identity'), await trust.identity(id, 'broker'));
  const server = spawn(process.execPath, [import.meta.filename, '--serve', root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: server.stdout }), 'line');
  const open = (identity) =>
    new PeerChannel({ identity, address: `127.0.0.1:${port}`, expect: { id, role: 'broker' } });

  const each = Math.ceil(datasets / publishers);
  const began = performance.now();
  for (let at = 0; at < publishers; at++) {
    const identity = await trust.identity(`urn:causeway:firm-${at}`, 'participant');
    const channel = open(identity);
    await channel.clientStream(Broker.register, await registration(identity, toldOf(at * each, each)), {
      deadlineMs: 120_000,
    });
    channel.close();
  }
  const registerSeconds = (performance.now() - began) / 1_000;

  const reader = await trust.identity('urn:causeway:reader', 'participant');
  const channel = open(reader);
  const ask = (request) => channel.unary(Broker.search, request);
  const number = partNumber(42, Math.floor(datasets / 300));
  const questions = {
    动臂: { query: '动臂' },
    斗齿: { query: '斗齿' },
    油缸: { query: '油缸' },
    [number]: { query: number },
    '油缸 库存 in CN-32': { query: '油缸 库存', facets: [{ name: 'region', values: ['CN-32'] }] },
    'bucket tooth': { query: 'bucket tooth' },
    缸: { query: '缸' },
    everything: {},
  };
  const results = {};
  for (const [name, request] of Object.entries(questions)) {
    const first = await ask(request);
    for (let warm = 0; warm < 20; warm++) await ask(request);
    const alone = await timed(runs, () => ask(request));
    const proven = await timed(Math.ceil(runs / 4), async () => prove(await ask(request), reader));
    const cursor = first.next;
    const page2 = cursor === '' ? undefined : await timed(Math.ceil(runs / 4), () => ask({ ...request, cursor }));
    const titles = first.hits.map(({ entry }) => JSON.parse(Buffer.from(entry).toString()).title);
    const words = (request.query ?? '').split(' ');
    const named = titles.filter(({ zh, en }) => words.every((word) => `${zh} ${en}`.includes(word))).length;
    results[name] = {
      ...{ found: first.tally.found, onFirstPage: first.hits.length, named },
      ...{ p50Ms: alone.p50, p99Ms: alone.p99, withProofsP50Ms: proven.p50 },
      ...(page2 && { nextPageP50Ms: page2.p50 }),
    };
  }
  channel.close();
  server.kill('SIGKILL');
  await once(server, 'exit');
  await rm(root, { recursive: true, force: true });
  const size = { datasets: each * publishers, publishers, runs, registerSeconds: Math.round(registerSeconds) };
  process.stdout.write(`${JSON.stringify({ ...size, load: loadavg()[0].toFixed(1), results }, null, 1)}\n`);
}

/** The messages by which a publisher registers these descriptions, signed. */
async function registration({ id: publisher, signing }, told) {
  const described = Object.entries(told).map(([local, about]) => ({
    ...{ version: '1', id: `${publisher}:${local}`, keywords: [], formats: ['GrpcData-PULL'], ...about },
  }));
  const { entries, root } = entryTree(publisher, described);
  const issued = Date.now();
  const head = buildHead({
    ...{ publisher, dsp: 'https://firm.example/dsp', sequence: 1, count: entries.length, root },
    ...{ issued, expires: issued + 3_600_000 },
  });
  const signed = { head: await signHead(head, signing), keyStatement: signing.keyStatement };
  return [{ head: signed }, ...entries.map((entry) => ({ entry }))];
}

/** Judges a page as a connector does: each head once, and each entry by its proof. */
async function prove({ hits }, reader) {
  const heads = new Map();
  for (const { head, entry, index, proof } of hits) {
    const known =
      heads.get(head.head) ?? (await verifyHead(head, { authorities: reader.trust.authorities, now: Date.now() }));
    heads.set(head.head, known);
    const verdict = known.ok && (await verifyEntry({ ...head, entry, index, proof }, known.value));
    if (!verdict.ok) throw new Error('a hit is not proven');
  }
}

async function timed(runs, work) {
  const times = [];
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const quantile = (q) => Number(times[Math.floor(q * (times.length - 1))].toFixed(1));
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
