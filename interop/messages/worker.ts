import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock } from '@causeway/platform/testing';
import { loadSiege, type Tally } from './load.js';

/** One round of messages to send. */
export interface Round {
  readonly folder: string;
  readonly seed: number;
  readonly round: number;
  readonly messages: number;
  readonly only?: number;
  readonly most: number;
}

export interface RoundDone {
  readonly round: number;
  readonly tally: Tally;
  /** Bytes in use once everything that could be given back was: what a connector keeps that it should not shows here. */
  readonly heap: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Promises nobody waited for end this thread, and with it the run: nothing here listens for them. */
const port = parentPort;
if (port === null) throw new TypeError('Expected to be started as a worker.');
const trust = await testTrust({ clock: new ManualClock() });
const identities = {
  provider: await trust.identity('urn:causeway:p', 'participant'),
  consumer: await trust.identity('urn:causeway:c', 'participant'),
};

port.on('message', async ({ folder, ...round }: Round) => {
  const { besiege, officialSchemas, shared } = await loadSiege(folder);
  const official = existsSync(join(shared, 'dsp-2025-1')) ? { official: await officialSchemas() } : {};
  const tally = await besiege({ identities, ...round, ...official });
  collect();
  const done: RoundDone = { round: round.round, tally, heap: process.memoryUsage().heapUsed };
  port.postMessage(done);
});
