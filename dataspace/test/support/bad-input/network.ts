import { createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Identity, identityFiles } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { signingKeyFrom } from '@causeway/evidence';
import type { BadInput, Bench } from './bench.js';

const tenMinutesMs = 600_000;

/** Moves the clock of a process as whoever set it wrongly did; timers go on as ever. */
async function clockOff(bench: Bench): Promise<{ env: Record<string, string> }> {
  const file = await bench.file(
    'ten-minutes-ahead.mjs',
    `const real = Date;
const now = () => real.now() + ${tenMinutesMs};
globalThis.Date = class extends real {
  constructor(...args) { super(...(args.length === 0 ? [now()] : args)); }
  static now() { return now(); }
};
`,
  );
  return { env: { NODE_OPTIONS: `--import ${pathToFileURL(file).href}` } };
}

const steelHome = (bench: Bench) => ['--home', bench.firm('steel').home];
const request = (bench: Bench, dataset: string, ...more: string[]) => [
  ...['request', dataset, '--home', bench.hydraulics.home],
  ...more,
];

/** What is wrong with time, or with the others. */
export const networkRows: readonly BadInput[] = [
  {
    what: 'a clock ten minutes off, looked at by doctor',
    says: [/PROBLEM {2}This clock is (599|600|601) s ahead/, 'NTP', 'problem(s)'],
    async run(bench) {
      await bench.serve(await clockOff(bench));
      return () => bench.causeway(['doctor', ...steelHome(bench)]);
    },
    undo: (bench) => bench.stop(),
  },
  {
    what: 'a clock ten minutes off, asking for a contract',
    says: [/^REFUSED: /, 'expired at', 'by the clock here it is'],
    async run(bench) {
      await bench.serve(await clockOff(bench));
      return () => bench.causeway(['request', 'urn:causeway:oem:orders', '--wait', '5', ...steelHome(bench)]);
    },
    undo: (bench) => bench.stop(),
  },
  {
    what: 'a broker that is down',
    says: [/^REFUSED: The broker cannot be reached: connect ECONNREFUSED [\d.:]+\. Ask/, 'causeway doctor'],
    async run(bench) {
      await bench.space.broker.stop();
      return () => bench.causeway(['search', 'orders', '--home', bench.hydraulics.home]);
    },
    undo: (bench) => bench.space.broker.start(),
  },
  {
    what: 'a clearing house that is down',
    says: [/^TIMED_OUT: /, 'What keeps it', /EVIDENCE_PENDING|clearing house/, 'goes on'],
    async run(bench) {
      const agreement = await bench.agree('urn:causeway:oem:orders');
      await bench.space.clearingHouse.stop();
      const to = ['--to', bench.at('unlogged.csv'), '--wait', '3'];
      return () => bench.causeway(['pull', agreement, ...to, '--home', bench.hydraulics.home]);
    },
    keeps: /^unlogged\.csv\.part-/,
    async undo(bench) {
      await bench.space.clearingHouse.start();
      await bench.until(async () => existsSync(bench.at('unlogged.csv')));
    },
  },
  {
    what: 'a peer whose certificate has expired',
    says: [/expired/],
    async run(bench) {
      await replaceTls(bench, await expired(bench));
      await bench.serve();
      return () => bench.causeway(request(bench, 'urn:causeway:steel:melts', '--wait', '5'));
    },
    async undo(bench) {
      await bench.stop();
      await replaceTls(bench, bench.space.identityOf('steel').tls);
    },
  },
];

type Tls = Identity['tls'];

async function replaceTls(bench: Bench, { key, cert }: Tls): Promise<void> {
  const folder = join(bench.firm('steel').home, 'identity');
  await writeFile(join(folder, identityFiles.tlsKey), key);
  await writeFile(join(folder, identityFiles.tlsCert), cert);
}

/** What the authority gave a firm a while ago, and nobody renewed. */
async function expired(bench: Bench): Promise<Tls> {
  const key = (name: string) => readFile(join(bench.space.authority.home, name), 'utf8');
  const trust = await testTrust({
    keys: {
      ca: { cert: await key('root.cert.pem'), key: await key('root.key.pem') },
      statement: signingKeyFrom(createPrivateKey(await key('statement.key.pem'))),
    },
  });
  return (await trust.identity('urn:causeway:steel', 'participant', { notAfter: Date.now() - 1_000 })).tls;
}
