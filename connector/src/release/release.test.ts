import { type Identity, PeerChannel, servePeerGrpc } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import {
  type AgreementEndStatement,
  type AgreementStatement,
  type Digest,
  digestOf,
  saltOf,
  signEnvelope,
  writeStatement,
} from '@causeway/evidence';
import { createMetrics, type RunningServer, type Store, silentLogger } from '@causeway/platform';
import { ManualClock, temporaryStore } from '@causeway/platform/testing';
import { Evidence } from '@causeway/proto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorEvents } from '../events.js';
import type { Agreement } from '../model.js';
import { openRecords, type Records } from '../records.js';
import { releaseService } from './release.js';
import { endingStatement, indexStatements } from './statement-index.js';

let trust: TestTrust;
let steel: Identity;
let lens: Identity;
let other: Identity;
let impostor: Identity;

let clock: ManualClock;
let open: Awaited<ReturnType<typeof temporaryStore>>;
let store: Store;
let records: Records;
let server: RunningServer;
const channels: PeerChannel[] = [];

beforeAll(async () => {
  trust = await testTrust();
  steel = await trust.identity('urn:causeway:steel', 'participant');
  lens = await trust.identity('urn:causeway:lens', 'auditor');
  other = await trust.identity('urn:causeway:other', 'auditor');
  // The very id, and another role.
  impostor = await trust.identity('urn:causeway:lens', 'participant');
});

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  open = await temporaryStore();
  store = open.store;
  records = openRecords(store);
  const events = connectorEvents(silentLogger, createMetrics('connector'));
  const releases = releaseService({ store, records, clock, events, perMinute: 600 });
  server = await servePeerGrpc({
    ...{ identity: steel, clock, host: '127.0.0.1', port: 0, log: silentLogger, services: [releases] },
  });
});

afterEach(async () => {
  for (const channel of channels.splice(0)) channel.close();
  await server.close();
  await open[Symbol.asyncDispose]();
});

async function ask(as: Identity, statement: string): Promise<string> {
  const expect = { id: steel.id, role: 'participant' } as const;
  const channel = new PeerChannel({ identity: as, address: `localhost:${server.port}`, expect, clock });
  channels.push(channel);
  return Buffer.from((await channel.unary(Evidence.release, { statement })).statement).toString('utf8');
}

/** An agreement of ours that has ended, with both its statements; in force unless told. */
async function agreed(name: string, auditors: readonly string[], finalized = true) {
  const salt = saltOf(Buffer.from(name.padEnd(16)));
  const time = new Date(clock.now()).toISOString();
  const statement: AgreementStatement = {
    ...{ version: '1', type: 'agreement', agreement: { '@id': name }, providerPid: 'p', consumerPid: 'c', time, salt },
    ...{ provider: steel.id, consumer: 'urn:causeway:cars' },
  };
  const { bytes, id: digest } = writeStatement(statement);
  const parties = { provider: steel.id, consumer: 'urn:causeway:cars', auditors: [...auditors].sort() };
  const named = { version: '1', agreement: digest, signer: steel.id } as const;
  const sign = (type: 'agreement' | 'agreement-end', id: Digest, sequence: string) =>
    signEnvelope({ ...named, type, statement: id, sequence, ...(type === 'agreement' && { parties }) }, steel.signing);
  const end: AgreementEndStatement = {
    ...{ version: '1', type: 'agreement-end', agreement: digest, signer: steel.id, code: 'OPERATOR', reason: 'over' },
    ...{ time, salt },
  };
  const { bytes: endText, id: endId } = writeStatement(end);
  const { keyStatement } = steel.signing;
  const ended = {
    ...{ by: steel.id, at: clock.now(), reason: { code: 'OPERATOR', en: 'over', zh: '结束' }, id: endId },
    ...{ statement: Buffer.from(endText).toString(), envelope: await sign('agreement-end', endId, '2'), keyStatement },
  };
  const agreement: Agreement = {
    ...{ digest, id: name, role: 'provider', peer: 'urn:causeway:cars', address: '', negotiation: name, dataset: 'd' },
    ...{ policy: statement.agreement, statement: Buffer.from(bytes).toString(), sequence: 3, lane: 2, created: 0 },
    own: { envelope: await sign('agreement', digest, '1'), keyStatement },
    ended,
    ...(finalized && { finalized: clock.now() }),
  };
  await store.commit({
    writes: [records.agreements.put([digest], agreement), endingStatement(records, digest, ended)],
  });
  return { digest, endId, texts: [agreement.statement, ended.statement] };
}

const refusals = (as: Identity, ids: readonly string[]) =>
  Promise.all(ids.map((id) => ask(as, id).catch(({ status, code, message }) => ({ status, code, message }))));

describe('a connector releases', () => {
  it('the statements of an agreement to the auditors it names, and keeps that it did', async () => {
    const { digest, endId, texts } = await agreed('one', [lens.id, 'urn:causeway:third']);
    expect([await ask(lens, digest), await ask(lens, endId)]).toEqual(texts);
    await clock.advance(5_000);
    await ask(lens, digest);
    const { items } = await records.releases.page({ prefix: [digest] });
    const about = { auditor: lens.id, agreement: digest };
    const [first, last] = [clock.now() - 5_000, clock.now()];
    expect(items.map(({ value }) => value)).toHaveLength(2);
    expect(items.map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        { ...about, statement: digest, type: 'agreement', first, last, times: 2 },
        { ...about, statement: endId, type: 'agreement-end', first, last: first, times: 1 },
      ]),
    );
  });

  it('nothing else, in the same words whether it exists or not', async () => {
    const mine = await agreed('mine', [lens.id]);
    const theirs = await agreed('theirs', [other.id]);
    const pending = await agreed('pending', [lens.id], false);
    const ids = [theirs.digest, theirs.endId, pending.digest, pending.endId, digestOf('nothing'), 'x', ''];
    const told = await refusals(lens, ids);
    expect(new Set(told.map((each) => JSON.stringify(each)))).toHaveLength(1);
    expect(told[0]).toMatchObject({ status: 5, code: 'NOT_FOUND' });
    expect(await refusals(other, [mine.digest, mine.endId])).toEqual([told[0], told[0]]);
    // Tried, and not released: nothing is kept of it.
    expect((await records.releases.page()).items).toEqual([]);
  });

  it('nothing to whoever is no auditor, whatever its id', async () => {
    const { digest } = await agreed('one', [lens.id, steel.id]);
    for (const each of [impostor, steel]) {
      await expect(ask(each, digest)).rejects.toMatchObject({ status: 7, code: 'ROLE_REFUSED' });
    }
  });

  it('no faster than it is told to', async () => {
    const { digest } = await agreed('one', [lens.id]);
    const told = await refusals(lens, Array<string>(61).fill(digest));
    expect(told.filter((each) => typeof each !== 'string')).toMatchObject([{ status: 8, code: 'RATE_LIMITED' }]);
    await clock.advance(60_000);
    await expect(ask(lens, digest)).resolves.toContain('agreement');
  });

  it('what an older release stored, once its statements are indexed', async () => {
    const { digest, endId, texts } = await agreed('old', [lens.id]);
    await store.commit({ writes: [records.statements.delete([endId])] });
    await expect(ask(lens, endId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await indexStatements(store, records);
    expect([await ask(lens, digest), await ask(lens, endId)]).toEqual(texts);
    await store.commit({ writes: [records.statements.delete([endId])] });
    await indexStatements(store, records);
    await expect(ask(lens, endId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
