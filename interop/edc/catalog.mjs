// `npm run interop:edc:catalog -- [--datasets 500,4000] [--samples 20]`: the first page of 50 of a catalog, of our connector as
// bench/catalog.mjs measures it (over mutual TLS, 100 access policies) and of a released EDC with as many assets under one access policy
// (in memory, over plain HTTP). One line of JSON each, then the ratios.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Edc } from '../dist/edc/edc.js';
import { edcParticipant } from '../dist/edc/identity.js';
import { missingTools, resolveClasspath } from '../dist/java.js';

const { values } = parseArgs({
  options: { datasets: { type: 'string', default: '500,4000' }, samples: { type: 'string', default: '20' } },
});
const sizes = values.datasets.split(',').map(Number);
const samples = Number(values.samples);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const missing = await missingTools();
if (missing !== undefined) {
  process.stdout.write(`Eclipse EDC was not run. It needs: ${missing}.\n`);
  process.exit(1);
}

const bench = fileURLToPath(new URL('../../bench/catalog.mjs', import.meta.url));
const { stdout } = await promisify(execFile)(process.execPath, [bench, '--datasets', values.datasets]);
const ours = stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ caller, first }) => caller === 'buyer' && first);
for (const { datasets, visible, first, firstPageBytes, load } of ours) {
  say({ of: 'causeway', datasets, visible, first, firstPageBytes, load });
}

const folder = await mkdtemp(join(tmpdir(), 'causeway-edc-'));
let edc;
try {
  const classpath = await resolveClasspath(fileURLToPath(new URL('./pom.xml', import.meta.url)), folder);
  edc = await Edc.start(classpath, folder);
  await publishPolicy();
  let published = 0;
  for (const datasets of [...sizes].sort((a, b) => a - b)) {
    const numbers = Array.from({ length: datasets - published }, (_one, at) => published + at);
    for (let at = 0; at < numbers.length; at += 16) {
      await Promise.all(numbers.slice(at, at + 16).map((number) => publish(number)));
    }
    published = datasets;
    const found = await timed(() => firstPage());
    say({ of: 'edc', datasets, ...found, load: Math.round(loadavg()[0] * 10) / 10 });
    const own = ours.find((one) => one.datasets === datasets);
    if (own === undefined) continue;
    say({ datasets, 'edc : causeway, p50': Math.round((found.first.p50Ms / own.first.p50Ms) * 10) / 10 });
  }
} finally {
  await edc?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}

async function publishPolicy() {
  const policy = { '@context': 'http://www.w3.org/ns/odrl.jsonld', '@type': 'Set', permission: [{ action: 'use' }] };
  await edc.post('policydefinitions', { '@id': 'use', policy });
  const both = { accessPolicyId: 'use', contractPolicyId: 'use' };
  await edc.post('contractdefinitions', { '@id': 'all', ...both, assetsSelector: [] });
}

async function publish(number) {
  const words = { name: `Stock of part ${number}`, description: 'stock', contenttype: 'text/csv' };
  const dataAddress = { '@type': 'DataAddress', type: 'HttpData', baseUrl: 'http://127.0.0.1:1/stock' };
  await edc.post('assets', { '@id': `parts-${number}`, properties: words, dataAddress });
}

/** A DSP catalog request as another EDC sends it: its test identity, and a query for 50. */
async function firstPage() {
  const authorization = JSON.stringify({ clientId: 'urn:causeway:bench', audience: edcParticipant, region: 'eu' });
  const body = {
    '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
    '@type': 'CatalogRequestMessage',
    filter: [{ '@type': 'QuerySpec', offset: 0, limit: 50, filterExpression: [] }],
  };
  const answer = await fetch(`${edc.dsp}/catalog/request`, {
    ...{ method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) },
    headers: { authorization, 'content-type': 'application/json' },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`expected a catalog, got ${answer.status} ${text.slice(0, 500)}`);
  return { bytes: text.length, shown: [JSON.parse(text).dataset ?? []].flat().length };
}

async function timed(act) {
  await act();
  const took = [];
  let last;
  for (let sample = 0; sample < samples; sample++) {
    const began = performance.now();
    last = await act();
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const quantile = (q) => Math.round(took[Math.floor(q * (took.length - 1))] * 100) / 100;
  return { shown: last.shown, firstPageBytes: last.bytes, first: { p50Ms: quantile(0.5), p99Ms: quantile(0.99) } };
}
