// `node enrol.mjs SPACE.json`: what operator and members do by telephone, for a space of containers on one machine: invites
// and enrols who has no home yet, comparing fingerprints, and announces the services. It runs where the authority runs, since
// an operator's API listens on loopback only. A second run does what is left to do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = join(dirname(dirname(fileURLToPath(import.meta.url))), 'cli', 'bin', 'causeway.mjs');
const { homes, services, members } = JSON.parse(readFileSync(process.argv[2] ?? 'space.json', 'utf8'));
const homeOf = (name) => join(homes, name);
const operator = ['--home', homeOf('authority')];

for (const member of members.filter(({ role }) => role !== 'participant')) await enrol(member);
await announce();
for (const member of members.filter(({ role }) => role === 'participant')) await enrol(member);

async function enrol({ name, role, title, dns, set = {} }) {
  if (existsSync(join(homeOf(name), 'home.json'))) return;
  // Kept until it has served: whoever was stopped in the middle goes on with the same enrolment.
  const paper = join(homeOf(name), 'invitation');
  if (!existsSync(paper)) {
    const asked = ['--id', `urn:causeway:${name}`, '--role', role, ...operator];
    writeFileSync(paper, (await causeway('authority', 'invite', title, ...asked)).invitation, { mode: 0o600 });
  }
  const settings = Object.entries(set).flatMap(([option, value]) => ['--set', `${option}=${value}`]);
  const joining = ['join', readFileSync(paper, 'utf8'), '--home', homeOf(name), '--dns', dns, ...settings];
  await run(joining, async ({ event, enrolment, keyFingerprint }) => {
    if (event !== 'waiting') return;
    const { items } = await causeway('authority', 'pending', ...operator);
    const seen = items.find(({ id }) => id === enrolment);
    if (seen && seen.keyFingerprint !== keyFingerprint) throw new Error(`${name}: the fingerprints differ`);
    if (seen) await causeway('authority', 'approve', enrolment, ...operator);
  });
  rmSync(paper);
  console.log(`enrolled ${name}`);
}

async function announce() {
  const vkey = readFileSync(join(homeOf('clearing-house'), 'log.vkey'), 'utf8').trim();
  const named = Object.entries(services).flatMap(([option, value]) => [`--${option}`, value]);
  await causeway('authority', 'services', ...named, '--vkey', vkey, ...operator);
  console.log('announced broker and clearing house');
}

function causeway(...args) {
  return run(args, async () => undefined);
}

/** Runs a command; `each` sees every object it prints. Answers the last one. */
async function run(args, each) {
  const child = spawn(process.execPath, [bin, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let last = {};
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line);
    await each(last);
  }
  const [code] = await exit;
  if (code === 0) return last;
  throw new Error(`causeway ${args[0]}: ${last.error?.code}: ${last.error?.message}`);
}
