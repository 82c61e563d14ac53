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
const names = ['buyer', 'maker', 'stranger'];
const provider = (size) => `oem-${size}`;
const space = new Space({ folder, firms: [...sizes.map(provider), ...names].map((name) => ({ name, title: name })) });
await space.start();
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
for (const name of names) {
  await space.connector(name).stop();
  callers.set(name, await caller(name));
}
for (const size of sizes) {
  const oem = space.connector(provider(size));
  await oem.stop();
  const filling = performance.now();
  await fill(oem, id(provider(size)), size);
  const starting = performance.now();
  await oem.start();
  say({ datasets: size, filledMs: Math.round(starting - filling), startMs: Math.round(performance.now() - starting) });
}

for (const name of names) {
  const found = await measured(name);
  for (const line of found) say(line);
  const [few, many] = [found[0], found.at(-1)];
  const ratios = Object.keys(few).filter((what) => few[what].p50Ms && many[what].p50Ms);
  const ratio = (what) => [what, Math.round((many[what].p50Ms / few[what].p50Ms) * 100) / 100];
  say({ caller: name, [`p50, ${many.datasets} : ${few.datasets}`]: Object.fromEntries(ratios.map(ratio)) });
}
await space.stop();
await rm(folder, { recursive: true, force: true });

/** Publishes so many datasets, a hundred at a time, while the connector does not run. */
async function fill(oem, self, size) {
  const store = await openLevelStore({ path: join(oem.home, 'store') });
  const records = openRecords(store);
  await rebuildIndex(store, records, silentLogger);
  const events = connectorEvents(silentLogger, createMetrics('bench'));
  const publisher = new Publisher({ store, records, events, self, clock: systemClock, changed: () => {} });
  for (let published = 0; published < size; published += 100) {
    const numbers = Array.from({ length: Math.min(100, size - published) }, (_one, at) => published + at);
    await Promise.all(numbers.map((number) => publisher.publish(nameOf(number), publication(number))));
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

/** What a caller meets with each provider, all of them asked in turn: neighbours on the machine weigh on each alike. */
async function measured(name) {
  const ask = callers.get(name);
  const found = [];
  for (const size of sizes) found.push({ datasets: size, caller: name, ...(await crawled(ask, name, size)) });
  const timed = async (what, act) => {
    const took = found.map(() => []);
    for (let sample = 0; sample < samples; sample++) {
      for (const [at, one] of found.entries()) {
        const began = performance.now();
        await act(one.links);
        took[at].push(performance.now() - began);
      }
    }
    for (const [at, one] of found.entries()) one[what] = quantiles(took[at]);
  };
  for (const which of ['first', 'middle', 'last']) await timed(which, (links) => ask(links[which]));
  await timed('notModified', ({ first, etag }) => ask(first, { etag, expected: 304 }));
  await timed('nothingNew', ({ held }) => ask(held));
  if (name !== 'stranger') {
    for (const { datasets } of found) await change(name, datasets);
    for (const { links } of found) {
      const { catalog } = await ask(links.held);
      if (!('urn:causeway:v1:since' in catalog) || catalog.dataset?.length !== 10) throw new Error('expected ten');
    }
    await timed('tenNew', ({ held }) => ask(held));
  }
  return found.map(({ links: _asked, ...one }) => ({ ...one, load: Math.round(loadavg()[0] * 10) / 10 }));
}

/** One crawl, by the links: how many pages there are, and where the middle and the last full one begin. */
async function crawled(ask, name, size) {
  const base = `https://localhost:${space.connector(provider(size)).port('dsp')}`;
  // The maker sees a hundredth: pages of ten, so that every page compared is a full one.
  const first = `${base}/dsp/2025-1/catalog/request?limit=${name === 'maker' ? 10 : 50}`;
  const began = performance.now();
  const pages = [];
  let [visible, head] = [0, undefined];
  for (let url = first; url !== undefined; ) {
    const page = await ask(url);
    head ??= page;
    const length = page.catalog.dataset?.length ?? 0;
    if (length === (head.catalog.dataset?.length ?? 0)) pages.push(url);
    visible += length;
    url = page.next;
  }
  const crawlMs = Math.round(performance.now() - began);
  const { held, etag, bytes } = head;
  const links = { first, middle: pages[Math.floor(pages.length / 2)], last: pages.at(-1), held, etag };
  return { visible, fullPages: pages.length, crawlMs, firstPageBytes: bytes, links };
}

/** Publishes ten datasets of this caller anew, through the management API. */
async function change(name, size) {
  const first = name === 'maker' ? 1 : 0;
  const api = await openApi(space.connector(provider(size)).home);
  for (let at = 0; at < 10; at++) {
    const number = first + at * 100;
    await api.send(
      'PUT',
      `/management/v1/datasets/${nameOf(number)}`,
      publication(number, `New stock, ${performance.now()}`),
    );
  }
}

function quantiles(took) {
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
  const bySize = new Map(
    sizes.map((size) => [String(space.connector(provider(size)).port('dsp')), id(provider(size))]),
  );
  return async (url, { etag, expected = 200 } = {}) => {
    const self = bySize.get(new URL(url).port);
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
