// Pages of the catalog as a consumer asks for them: DSP catalog requests over mutual TLS to a connector in a process of its own, with
// 1,000, 10,000 and 100,000 datasets under 100 access policies; and what it costs to learn that nothing, or little, has changed.
//
//   npm run build && node bench/catalog.mjs [--datasets 1000,10000,100000] [--samples 300]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AttributeTokens, loadIdentity, peerRequest } from '@causeway/certs/peer';
import { homePaths, openApi } from '@causeway/cli';
import { Space } from '@causeway/dataspace';
import { createMetrics, openLevelStore, silentLogger, systemClock } from '@causeway/platform';

// What a connector publishes with, of the build: the management API does the same, one request at a time.
const built = (file) => import(new URL(`../connector/dist/${file}`, import.meta.url).href);
const [{ Publisher }, { openRecords }, { rebuildIndex }, { connectorEvents }] = await Promise.all(
  ['catalog/publish.js', 'records.js', 'catalog/rebuild.js', 'events.js'].map(built),
);

const { values } = parseArgs({ options: { datasets: { type: 'string' }, samples: { type: 'string' } } });
const sizes = (values.datasets ?? '1000,10000,100000').split(',').map(Number);
const samples = Number(values.samples ?? 300);

const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
const space = new Space({
  folder,
  firms: ['oem', 'buyer', 'maker', 'stranger'].map((name) => ({ name, title: name })),
});
await space.start();
const oem = space.connector('oem');
const self = oem.run.id;
const file = join(folder, 'data.csv');
await writeFile(file, 'part,stock\nXG-4021-07,12\n');

// 100 access policies: ten name one participant each, ninety want one of two roles that the authority attests. Each also has a count and an end
// in time, which are not about who asks. The buyer sees 46 of them, the maker one, the stranger none.
const id = (name) => `urn:causeway:${name}`;
const named = ['buyer', 'maker', ...Array.from({ length: 8 }, (_one, at) => `other-${at}`)].map(id);
const offers = (number) => {
  const policy = number % 100;
  const common = { count: 1 + (number % 7), until: '2099-01-01T00:00:00Z' };
  const access =
    policy < 10
      ? { assignees: [named[policy]] }
      : { assignees: ['*'], roles: [`role-${policy}`, policy % 2 === 0 ? 'trader' : 'auditor'] };
  return [{ terms: { ...access, ...common } }];
};
const authority = await openApi(space.authority.home, 'authority');
await authority.send('POST', `/admin/v1/participants/${id('buyer')}/attributes`, { set: { role: 'trader' } });

const callers = new Map();
for (const name of ['buyer', 'maker', 'stranger']) {
  await space.connector(name).stop();
  callers.set(name, await caller(name));
}

const lines = [];
let published = 0;
for (const size of sizes) {
  const filling = performance.now();
  await oem.stop();
  await fill(size);
  const filledMs = Math.round(performance.now() - filling);
  const starting = performance.now();
  await oem.start();
  const startMs = Math.round(performance.now() - starting);
  say({ datasets: size, filledMs, startMs });
  for (const name of callers.keys()) {
    const line = { datasets: size, caller: name, ...(await measured(name)) };
    lines.push(line);
    say(line);
  }
}
const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
for (const name of callers.keys()) {
  const [few, many] = [smallest, largest].map((size) =>
    lines.find((one) => one.datasets === size && one.caller === name),
  );
  const ratio = (page) => Math.round((many[page].p50Ms / few[page].p50Ms) * 100) / 100;
  const pages = ['first', 'middle', 'last', 'notModified', 'nothingNew', 'tenNew'].filter(
    (page) => few[page] && many[page],
  );
  say({
    caller: name,
    [`p50, ${largest} : ${smallest}`]: Object.fromEntries(pages.map((page) => [page, ratio(page)])),
  });
}
await space.stop();
await rm(folder, { recursive: true, force: true });

/** Publishes as many datasets as are missing, a hundred at a time. */
async function fill(size) {
  const store = await openLevelStore({ path: join(oem.home, 'store') });
  const records = openRecords(store);
  await rebuildIndex(store, records, silentLogger);
  const events = connectorEvents(silentLogger, createMetrics('bench'));
  const publisher = new Publisher({ store, records, events, self, clock: systemClock, changed: () => {} });
  while (published < size) {
    const numbers = Array.from({ length: Math.min(100, size - published) }, (_one, at) => published + at);
    await Promise.all(numbers.map((number) => publisher.publish(nameOf(number), publication(number))));
    published += numbers.length;
  }
  await store.close();
}

function nameOf(number) {
  return `parts-${String(number).padStart(6, '0')}`;
}

function publication(number, title = `Stock of part ${number}`) {
  const words = { title: { en: title, zh: `零件 ${number} 库存` }, keywords: ['stock', `plant-${number % 12}`] };
  return { file, ...words, mediaType: 'text/csv', category: 'parts', offers: offers(number) };
}

async function measured(name) {
  const ask = callers.get(name);
  const base = `https://localhost:${oem.port('dsp')}`;
  // The maker sees a hundredth: pages of ten, so that every page compared is a full one.
  const start = `${base}/dsp/2025-1/catalog/request?limit=${name === 'maker' ? 10 : 50}`;
  // One crawl, by the links: how many pages there are, and where the middle and the last full one begin.
  const crawling = performance.now();
  const links = [];
  let [visible, held, etag, bytes, full] = [0, '', '', 0, 0];
  for (let url = start; url !== undefined; ) {
    const page = await ask(url);
    const length = page.catalog.dataset?.length ?? 0;
    if (links.length === 0) [held, etag, bytes, full] = [page.held, page.etag, page.bytes, length];
    if (length === full) links.push(url);
    visible += length;
    url = page.next;
  }
  const crawlMs = Math.round(performance.now() - crawling);
  const pages = { first: links[0], middle: links[Math.floor(links.length / 2)], last: links.at(-1) };
  const found = { visible, fullPages: links.length, crawlMs, firstPageBytes: bytes };
  for (const [which, url] of Object.entries(pages)) found[which] = await timed(() => ask(url));
  found.notModified = await timed(() => ask(start, { etag, expected: 304 }));
  found.nothingNew = await timed(() => ask(held));
  if (visible > 0) {
    await change(name);
    const { catalog } = await ask(held);
    if (catalog['urn:causeway:v1:since'] === undefined || catalog.dataset?.length !== 10)
      throw new Error('expected ten');
    found.tenNew = await timed(() => ask(held));
    // What others see has changed: for this caller nothing has.
  }
  return { ...found, load: Math.round(loadavg()[0] * 10) / 10 };
}

/** Publishes ten datasets of this caller anew, through the management API. */
async function change(name) {
  const first = name === 'maker' ? 1 : 0;
  const api = await openApi(oem.home);
  for (let at = 0; at < 10; at++) {
    const number = first + at * 100;
    await api.send(
      'PUT',
      `/management/v1/datasets/${nameOf(number)}`,
      publication(number, `New stock, ${performance.now()}`),
    );
  }
}

async function timed(act) {
  const took = [];
  for (let sample = 0; sample < samples; sample++) {
    const began = performance.now();
    await act();
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const quantile = (q) => Math.round(took[Math.floor(q * (took.length - 1))] * 100) / 100;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

/** Asks for pages as a participant, over its certificate and with its attribute token. */
async function caller(name) {
  const identity = await loadIdentity(homePaths(space.connector(name).home).identity);
  const tokens = new AttributeTokens({ identity, clock: systemClock });
  const body = JSON.stringify({
    '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
    '@type': 'CatalogRequestMessage',
  });
  return async (url, { etag, expected = 200 } = {}) => {
    const headers = { authorization: `Bearer ${await tokens.for(self)}`, 'content-type': 'application/json' };
    const answer = await peerRequest({
      ...{ identity, expect: { id: self, role: 'participant' }, url, method: 'POST', body, timeoutMs: 60_000 },
      ...{ headers: { ...headers, ...(etag && { 'if-none-match': etag }) }, maxBytes: 32 * 1_048_576 },
    });
    if (answer.status !== expected) throw new Error(`expected ${expected}, got ${answer.status} ${answer.body}`);
    const link = (rel) => {
      const found = new RegExp(`<([^<>]+)>; rel="${rel}"`).exec(answer.headers.link ?? '')?.[1];
      return found && new URL(found, url).href;
    };
    const catalog = answer.body === '' ? undefined : JSON.parse(answer.body);
    const { etag: now } = answer.headers;
    return {
      catalog,
      etag: now,
      bytes: answer.bytes.length,
      next: link('next'),
      held: link('urn:causeway:v1:changes'),
    };
  };
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
