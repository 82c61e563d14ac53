// `npm run interop:edc:catalog -- [--datasets 500,4000] [--samples 20]`: the first page of 50 of a catalog, of our connector as
// bench/catalog.mjs measures it (over mutual TLS) and of a released EDC with as many assets (in memory, over plain HTTP), each under 100
// access policies; of EDC the last page too. One line of JSON each, then the ratios.
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
const namespace = 'https://w3id.org/edc/v0.0.1/ns/';
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
  await publishPolicies();
  let published = 0;
  for (const datasets of [...sizes].sort((a, b) => a - b)) {
    const numbers = Array.from({ length: datasets - published }, (_one, at) => published + at);
    for (let at = 0; at < numbers.length; at += 16) {
      await Promise.all(numbers.slice(at, at + 16).map((number) => publish(number)));
    }
    published = datasets;
    const found = { first: await timed(() => page(0)), last: await timed(() => page(datasets - 50)) };
    const { bytes: firstPageBytes } = await page(0);
    say({ of: 'edc', datasets, ...found, firstPageBytes, load: Math.round(loadavg()[0] * 10) / 10 });
    const own = ours.find((one) => one.datasets === datasets);
    if (own === undefined) continue;
    say({ datasets, 'edc : causeway, p50': Math.round((found.first.p50Ms / own.first.p50Ms) * 10) / 10 });
  }
} finally {
  await edc?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}

/** As many access policies as ours, each for the assets of one group. EDC has no function for a role: everybody sees them all. */
async function publishPolicies() {
  const odrl = 'http://www.w3.org/ns/odrl.jsonld';
  for (let number = 0; number < 100; number++) {
    const policy = { '@context': odrl, '@type': 'Set', permission: [{ action: 'use' }] };
    await edc.post('policydefinitions', { '@id': `use-${number}`, policy });
    const both = { accessPolicyId: `use-${number}`, contractPolicyId: `use-${number}` };
    const ofGroup = { operandLeft: `${namespace}group`, operator: '=', operandRight: `group-${number}` };
    const assetsSelector = [{ '@type': 'Criterion', ...ofGroup }];
    await edc.post('contractdefinitions', { '@id': `group-${number}`, ...both, assetsSelector });
  }
}

async function publish(number) {
  const words = { name: `Stock of part ${number}`, contenttype: 'text/csv', group: `group-${number % 100}` };
  const dataAddress = { '@type': 'DataAddress', type: 'HttpData', baseUrl: 'http://127.0.0.1:1/stock' };
  await edc.post('assets', { '@id': `parts-${number}`, properties: words, dataAddress });
}

/** A DSP catalog request as another EDC sends it: its test identity, and a query for 50 from there on. */
async function page(offset) {
  const authorization = JSON.stringify({ clientId: 'urn:causeway:bench', audience: edcParticipant, region: 'eu' });
  const body = {
    '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
    '@type': 'CatalogRequestMessage',
    filter: [{ '@type': 'QuerySpec', offset, limit: 50, filterExpression: [] }],
  };
  const answer = await fetch(`${edc.dsp}/catalog/request`, {
    ...{ method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) },
    headers: { authorization, 'content-type': 'application/json' },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`expected a catalog, got ${answer.status} ${text.slice(0, 500)}`);
  const shown = [JSON.parse(text).dataset ?? []].flat().length;
  if (shown !== 50) throw new Error(`expected 50 datasets, got ${shown}`);
  return { bytes: text.length };
}

async function timed(act) {
  // What a virtual machine does the first times is not what it costs.
  for (let warming = 0; warming < 10; warming++) await act();
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
