// How long a decision takes and a comparison: compiled policies of 1, 3 and 10 constraints under 10 and 10,000 agreements, a policy of
// 262 or-ed windows, an offer against a request; and Cedar on conditions that say the same, in the same run.
//
//   npm run build && node bench/policy.mjs [--samples 200000] [--cedar FOLDER | --without-cedar]
//
// FOLDER is one in which `npm install --no-save @cedar-policy/cedar-wasm` was run. Without it Cedar is installed from the registry
// into a temporary folder and removed again: it is no dependency of this repository.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareRequest, compile, decide, readPolicy } from '@causeway/policies';

const options = { samples: { type: 'string' }, cedar: { type: 'string' }, 'without-cedar': { type: 'boolean' } };
const { values: given } = parseArgs({ options });
const samples = Number(given.samples ?? 200_000);

const now = Date.UTC(2027, 0, 15, 12);
const day = 86_400_000;
const maker = 'urn:causeway:maker';
const typed = (value, type) => ({ '@value': String(value), '@type': `xsd:${type}` });
const instant = (operator, at) => ({
  leftOperand: 'odrl:dateTime',
  operator,
  rightOperand: typed(new Date(at).toISOString(), 'dateTime'),
});

/** In the order in which policies of 1, 3 and 10 constraints take them; each with what it is in Cedar. */
const constraints = [
  {
    odrl: { leftOperand: 'odrl:purpose', operator: 'isAnyOf', rightOperand: ['maintenance', 'quality', 'research'] },
    cedar: '["maintenance", "quality", "research"].contains(context.purpose)',
  },
  { odrl: instant('gteq', now - 30 * day), cedar: `context.now >= ${now - 30 * day}` },
  { odrl: instant('lt', now + 30 * day), cedar: `context.now < ${now + 30 * day}` },
  { odrl: { leftOperand: 'odrl:spatial', operator: 'eq', rightOperand: 'CN' }, cedar: 'context.spatial == "CN"' },
  {
    odrl: {
      leftOperand: 'urn:causeway:v1:role',
      operator: 'eq',
      rightOperand: 'buyer',
      'urn:causeway:v1:source': 'attested',
    },
    cedar: 'context.role == "buyer"',
  },
  {
    odrl: { leftOperand: 'odrl:elapsedTime', operator: 'lteq', rightOperand: typed('P90D', 'duration') },
    cedar: `context.elapsed <= ${90 * day}`,
  },
  {
    odrl: { leftOperand: 'odrl:industry', operator: 'isNoneOf', rightOperand: ['arms', 'gambling'] },
    cedar: '!(["arms", "gambling"].contains(context.industry))',
  },
  { odrl: { leftOperand: 'odrl:version', operator: 'eq', rightOperand: '2' }, cedar: 'context.version == "2"' },
  {
    odrl: { leftOperand: 'odrl:system', operator: 'isAnyOf', rightOperand: ['urn:causeway:bo', 'urn:causeway:bo-2'] },
    cedar: '["urn:causeway:bo", "urn:causeway:bo-2"].contains(context.system)',
  },
  {
    odrl: { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: typed(1_000_000, 'integer') },
    cedar: 'context.count <= 1000000',
  },
];

const facts = {
  now,
  assignee: 'urn:causeway:bo',
  values: {
    purpose: { value: 'maintenance', source: 'declared' },
    spatial: { value: 'CN', source: 'attested' },
    'urn:causeway:v1:role': { value: 'buyer', source: 'attested' },
    elapsedTime: { value: 20 * day, source: 'measured' },
    industry: { value: 'steel', source: 'attested' },
    version: { value: '2', source: 'measured' },
    system: { value: 'urn:causeway:bo', source: 'attested' },
  },
  counts: () => 7,
};

/**
 * @param own the terms say something that no other agreement's do, in each constraint. Otherwise all were made from one offer, and only
 *   the asset differs.
 */
function agreement(at, count, own = false) {
  const terms = constraints.slice(0, count).map(({ odrl }) => (own ? differing(odrl, at) : odrl));
  return {
    '@type': 'Agreement',
    '@id': `urn:uuid:${at}`,
    assigner: maker,
    assignee: 'urn:causeway:bo',
    target: `${maker}:data-${at}`,
    'odrl:conflict': { '@id': 'odrl:prohibit' },
    permission: [{ action: 'use', constraint: terms }],
    prohibition: [{ action: 'odrl:distribute' }],
  };
}

/** The same for the facts of this bench, and another constraint. */
function differing(constraint, at) {
  const { operator, leftOperand, rightOperand } = constraint;
  if (leftOperand === 'odrl:dateTime')
    return instant(operator, Date.parse(rightOperand['@value']) + (operator === 'lt' ? at : -at));
  if (leftOperand === 'odrl:elapsedTime')
    return { ...constraint, rightOperand: typed(`PT${90 * 86_400 + at}S`, 'duration') };
  if (leftOperand === 'odrl:count') return { ...constraint, rightOperand: typed(1_000_000 + at, 'integer') };
  return {
    ...constraint,
    operator: operator === 'isNoneOf' ? operator : 'isAnyOf',
    rightOperand: [rightOperand, `other-${at}`].flat(),
  };
}

/** The weekdays of 2024 from 9 to 17 o'clock: 262 windows, as in case 062 of SolidLab's suite. */
function weekdays() {
  const windows = [];
  for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2025, 0, 1); at += day) {
    if (new Date(at).getUTCDay() % 6 === 0) continue;
    windows.push({ and: [instant('gteq', at + 9 * 3_600_000), instant('lteq', at + 17 * 3_600_000)] });
  }
  return windows;
}

/** xorshift32: the same agreements in the same order in each run. */
function order(below, length) {
  let state = 20_270_115;
  return Uint32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  });
}

/**
 * Each call timed by itself: the quantiles are wall time, with the clock's own cost (`clock`) in them. `cpuUs` is processor time a call
 * over another loop without a clock: on a shared machine the steadier figure.
 *
 * @param receive what has just been done before the call, and is not timed
 */
function measure(name, run, rounds = samples, receive = () => 0) {
  const warm = Math.min(rounds, 20_000);
  for (let at = 0; at < warm; at++) run(at);
  const times = new Float64Array(rounds);
  for (let at = 0; at < rounds; at++) {
    receive(at);
    const began = performance.now();
    run(at);
    times[at] = performance.now() - began;
  }
  const before = process.cpuUsage();
  for (let at = 0; at < rounds; at++) run(at);
  const { user, system } = process.cpuUsage(before);
  times.sort();
  const thousandths = (micros) => Math.round(micros * 1_000) / 1_000;
  const quantile = (q) => thousandths(times[Math.floor(q * (rounds - 1))] * 1_000);
  const result = { name, p50Us: quantile(0.5), p99Us: quantile(0.99), cpuUs: thousandths((user + system) / rounds) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** As it would come over the wire: texts put together in a program are laid out otherwise than texts that were parsed. */
function received(value) {
  return JSON.parse(JSON.stringify(value));
}

/** A request has just been read when it is decided: it is in the processor's cache, and the agreement is not. */
function touch({ target, assignee }) {
  return target.charCodeAt(0) + target.charCodeAt(target.length - 1) + assignee.charCodeAt(0);
}

/** What is measured must be what it claims to be. */
function expect(found, wanted) {
  if (found !== wanted) throw new Error(`a decision came out as ${found}, not ${wanted}`);
}

process.stdout.write(
  `${JSON.stringify({ node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, load: loadavg().map((one) => Math.round(one * 10) / 10), samples })}\n`,
);
measure('clock', () => {});

const picks = order(0x7fffffff, samples);
const kinds = [
  { agreements: 10, own: false, said: '10 agreements of one offer' },
  { agreements: 10_000, own: false, said: '10,000 agreements of one offer' },
  { agreements: 10_000, own: true, said: '10,000 agreements, each of its own' },
];
for (const { agreements, own, said } of kinds) {
  for (const count of [1, 3, 10]) {
    const compiled = Array.from({ length: agreements }, (_, at) =>
      compile(readPolicy(received(agreement(at, count, own)))),
    );
    const requests = received(
      compiled.map((_, at) => ({ action: 'use', target: `${maker}:data-${at}`, assignee: 'urn:causeway:bo' })),
    );
    for (const at of [0, 3, 9]) expect(decide(compiled[at], requests[at], facts).permit, true);
    const asking = (at) => requests[picks[at] % agreements];
    const run = (at) => decide(compiled[picks[at] % agreements], asking(at), facts);
    measure(`decide, ${count} constraints, ${said}`, run, samples, (at) => touch(asking(at)));
  }
}

const three = compile(readPolicy(agreement(0, 3)));
const asked = { action: 'use', target: `${maker}:data-0`, assignee: 'urn:causeway:bo' };
const late = { ...facts, now: now + 365 * day };
expect(decide(three, asked, late).reasons[0].code, 'TOO_LATE');
measure('decide, 3 constraints, denied with reasons', () => decide(three, asked, late));
const both = {
  ...facts,
  values: { ...facts.values, purpose: { value: ['maintenance', 'quality'], source: 'declared' } },
};
expect(decide(three, asked, both).permit, true);
measure('decide, 3 constraints, two purposes at once', () => decide(three, asked, both));

const windows = weekdays();
expect(windows.length, 262);
const year = { ...agreement(0, 0), permission: [{ action: 'use', constraint: [{ or: windows }] }] };
const parsed = readPolicy(year);
const working = compile(parsed);
const at = (time) => ({ ...facts, now: Date.parse(time) });
const [open, shut] = [at('2024-07-10T12:00:00Z'), at('2024-07-13T12:00:00Z')];
expect(decide(working, asked, open).permit, true);
expect(decide(working, asked, shut).permit, false);
measure('decide, 262 or-ed windows, inside one', () => decide(working, asked, open));
measure('decide, 262 or-ed windows, between two', () => decide(working, asked, shut), samples / 10);
measure('compile, 262 or-ed windows', () => compile(parsed), 200);
measure('parse and compile, 10 constraints', (index) => compile(readPolicy(agreement(index, 10))), 2_000);

const offer = (count) => ({ ...agreement(0, count), '@type': 'Offer' });
const context = { assignee: 'urn:causeway:bo', target: `${maker}:data-0`, assigner: maker };
/** The offer's constraints, the first of them for fewer purposes. */
const narrower = ([first, ...rest]) => [{ ...first, rightOperand: first.rightOperand.slice(1) }, ...rest];
for (const count of [1, 3, 10]) {
  const json = offer(count);
  const [{ constraint }] = json.permission;
  const asking = (terms) => readPolicy({ ...json, permission: [{ action: 'use', constraint: terms }] });
  const [right, same, narrow, wide] = [
    json.permission[0].constraint,
    constraint,
    narrower(constraint),
    constraint.slice(1),
  ].map(asking);
  expect(compareRequest(narrow, right, context).verdict, 'within');
  expect(compareRequest(wide, right, context).verdict, 'exceeds');
  measure(`compare, ${count} constraints, the offer as it stands`, () => compareRequest(same, right, context), 2_000);
  measure(`compare, ${count} constraints, within`, () => compareRequest(narrow, right, context), 2_000);
  measure(`compare, ${count} constraints, exceeds with a witness`, () => compareRequest(wide, right, context), 2_000);
}

if (!given['without-cedar']) benchCedar(cedarFrom(given.cedar));

function cedarFrom(folder) {
  if (folder !== undefined) return createRequire(join(folder, 'package.json'))('@cedar-policy/cedar-wasm/nodejs');
  const temporary = mkdtempSync(join(tmpdir(), 'causeway-cedar-'));
  try {
    const install = [
      'install',
      '--prefix',
      temporary,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '@cedar-policy/cedar-wasm@4.13.0',
    ];
    const { status } = spawnSync('npm', install, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0)
      throw new Error('Cedar could not be installed: name a folder that has it with --cedar, or say --without-cedar');
    return createRequire(join(temporary, 'package.json'))('@cedar-policy/cedar-wasm/nodejs');
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function benchCedar(cedar) {
  const context = {
    now,
    purpose: 'maintenance',
    spatial: 'CN',
    role: 'buyer',
    elapsed: 20 * day,
    industry: 'steel',
    version: '2',
    system: 'urn:causeway:bo',
    count: 8,
  };
  for (const count of [1, 3, 10]) {
    const conditions = constraints.slice(0, count).map(({ cedar: condition }) => condition);
    const staticPolicies = `permit(principal == Party::"urn:causeway:bo", action == Action::"use", resource == Asset::"data-0") when { ${conditions.join(' && ')} };
forbid(principal, action == Action::"distribute", resource);`;
    const id = `policy-${count}`;
    const read = cedar.preparsePolicySet(id, { staticPolicies });
    if (read.type !== 'success') throw new Error(JSON.stringify(read));
    const call = {
      principal: { type: 'Party', id: 'urn:causeway:bo' },
      action: { type: 'Action', id: 'use' },
      resource: { type: 'Asset', id: 'data-0' },
      context,
      preparsedPolicySetId: id,
      validateRequest: false,
      entities: [],
    };
    expect(cedar.statefulIsAuthorized(call).response?.decision, 'allow');
    measure(
      `cedar-wasm ${cedar.getCedarVersion?.() ?? ''}, ${count} conditions, policies parsed before`,
      () => cedar.statefulIsAuthorized(call),
      Math.min(samples, 20_000),
    );
  }
}
