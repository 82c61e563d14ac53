import { bearerToken, type Identity, servePeerHttps } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { verifyEnvelope } from '@causeway/evidence';
import { silentLogger, systemRandom } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { beforeAll, expect, test } from 'vitest';
import { PeerCatalog } from './catalog/peer-catalog.js';
import { httpsBinding } from './dsp/binding.js';
import { boundIdentity } from './dsp/identity.js';
import { dspOpenRoutes } from './dsp/router.js';
import { peerTransport } from './dsp/transport.js';
import { dspBase } from './dsp/vocabulary.js';
import { Party, settle } from './testing/party.js';

const clock = new ManualClock(Date.now());
let trust: Awaited<ReturnType<typeof testTrust>>;
let identities: { provider: Identity; consumer: Identity };

beforeAll(async () => {
  trust = await testTrust({ clock });
  identities = {
    provider: await trust.identity('urn:causeway:steelworks', 'participant'),
    consumer: await trust.identity('urn:causeway:foundry', 'participant'),
  };
});

async function connector(identity: Identity) {
  const dspIdentity = boundIdentity({ identity, tokens: trust.tokens(identity), clock });
  const transport = peerTransport(dspIdentity, httpsBinding({ identity, clock, log: silentLogger }));
  const party = await Party.open({ identity, clock, random: systemRandom, dspIdentity, transport });
  const server = await servePeerHttps({
    identity,
    clock,
    host: '127.0.0.1',
    port: 0,
    app: party.listener,
    open: dspOpenRoutes,
    log: silentLogger,
  });
  party.dspBase = `https://127.0.0.1:${server.port}${dspBase}`;
  await party.start();
  return { party, transport, dspIdentity, [Symbol.asyncDispose]: () => server.close() };
}

test('catalog, negotiation to FINALIZED on both sides, transfer to STARTED on both sides, over mutual TLS', async () => {
  await using provider = await connector(identities.provider);
  await using consumer = await connector(identities.consumer);
  await using p = provider.party;
  await using c = consumer.party;

  const dataset = await p.publish('orders', [
    { terms: { assignees: [c.id], count: 2, purposes: ['quality'], auditors: ['urn:causeway:auditor'] } },
  ]);
  const secret = await p.publish('secret', [{ terms: { assignees: ['urn:causeway:somebody'] } }]);

  const peer = new PeerCatalog(consumer.transport);
  const { catalog } = await peer.page(p.id, p.dspBase);
  expect(catalog['dataset']).toMatchObject([{ '@id': dataset.id }]);
  const shown = await peer.dataset(p.id, p.dspBase, dataset.id);
  expect(shown['hasPolicy']).toEqual([dataset.offers[0]?.policy]);
  await expect(peer.dataset(p.id, p.dspBase, `${p.id}:secret`)).rejects.toMatchObject({ code: 'NOT_FOUND' });

  // What is not shown to us is refused at once, and not asked for again.
  const [hidden, asking] = [await c.negotiate('hidden', p, secret), clock.now()];
  await settle(clock, p, c);
  expect(await c.negotiation('hidden')).toMatchObject({
    pid: hidden.pid,
    state: 'TERMINATED',
    reason: { code: 'NOT_FOUND' },
  });
  expect(clock.now() - asking).toBeLessThan(1_000);

  const { pid } = await c.negotiate('first', p, dataset);
  await settle(clock, p, c);
  const negotiation = (await c.records.negotiations.get(pid))?.value;
  expect(negotiation).toMatchObject({ state: 'FINALIZED', unacknowledged: 0 });
  const agreement = (await c.records.agreements.get(negotiation?.agreement ?? ''))?.value;
  const other = (await p.records.agreements.get(negotiation?.agreement ?? ''))?.value;
  expect(agreement).toMatchObject({ role: 'consumer', peer: p.id, finalized: expect.any(Number) });
  expect(other).toMatchObject({ role: 'provider', statement: agreement?.statement, finalized: expect.any(Number) });
  expect(other?.own).toEqual(agreement?.theirs);
  expect(other?.theirs).toEqual(agreement?.own);
  for (const signed of [agreement?.own, agreement?.theirs]) {
    const { authorities } = identities.provider.trust;
    const envelope = await verifyEnvelope(signed?.envelope ?? '', signed?.keyStatement ?? '', authorities);
    expect(envelope).toMatchObject({ sequence: '1', parties: { auditors: ['urn:causeway:auditor'] } });
  }
  expect(await p.evidence.envelopes(agreement?.digest ?? '')).toHaveLength(2);
  expect(await c.evidence.envelopes(agreement?.digest ?? '')).toHaveLength(2);

  const digest = agreement?.digest ?? 'sha-256:';
  const asked = { request: 't1', agreement: digest, to: '/tmp/out.csv', purpose: 'quality' };
  const { record } = await c.plane.transfers.request(asked);
  await settle(clock, p, c);
  const mine = (await c.records.transfers.get(record.pid))?.value;
  expect(mine).toMatchObject({ state: 'STARTED', endpoint: '127.0.0.1:1', unacknowledged: 0 });
  const theirs = (await p.records.transfers.get(mine?.peerPid ?? ''))?.value;
  expect(theirs).toMatchObject({ state: 'STARTED', uses: ['permission/0'], purpose: 'quality' });
  expect(c.dataPlane.pulled).toEqual([{ pid: record.pid, token: `token-of-${theirs?.fingerprint}` }]);
  expect(await p.evidence.envelopes(digest)).toHaveLength(3);
  expect((await p.records.counts.get(digest, 'permission/0'))?.value).toEqual({ used: 1 });
  expect((await p.records.decisions.get(JSON.parse(theirs?.start?.statement ?? '{}').decision))?.value.transfer).toBe(
    theirs?.pid,
  );

  // Another purpose is refused with its reason, and takes no use.
  const refused = await c.plane.transfers.request({ ...asked, request: 't2', purpose: 'resale' });
  await settle(clock, p, c);
  expect((await c.records.transfers.get(refused.record.pid))?.value).toMatchObject({
    state: 'TERMINATED',
    reason: { code: 'POLICY_DENIED' },
  });
  expect((await p.records.counts.get(digest, 'permission/0'))?.value).toEqual({ used: 1 });

  // Ended before a stream was opened: the use is given back.
  await c.plane.transfers.terminate(record.pid, { code: 'OPERATOR', en: 'no', zh: '否' });
  await settle(clock, p, c);
  expect((await p.records.transfers.get(theirs?.pid ?? ''))?.value.state).toBe('TERMINATED');
  expect((await p.records.counts.get(digest, 'permission/0'))?.value).toEqual({ used: 0 });
  expect(p.dataPlane.stopped.map(({ pid: stopped }) => stopped)).toContain(theirs?.pid);
});

test('a token of somebody else, no token, and no certificate are refused', async () => {
  await using provider = await connector(identities.provider);
  await using p = provider.party;
  const url = `${p.dspBase}/catalog/request`;
  const identity = identities.consumer;
  const ask = (authorization: string) =>
    peerTransport(
      { authenticate: async () => ({ id: 'nobody' }), authorization: async () => authorization },
      httpsBinding({ identity, clock, log: silentLogger }),
    ).send({
      peer: p.id,
      method: 'POST',
      url,
      body: { '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'], '@type': 'CatalogRequestMessage' },
      signal: AbortSignal.timeout(5_000),
    });
  const own = await trust.token({ subject: identity, audience: p.id });
  expect(bearerToken(`Bearer ${own}`)).toBe(own);
  expect((await ask(`Bearer ${own}`)).status).toBe(200);
  const stolen = await trust.token({ subject: identities.provider, audience: p.id });
  expect(await ask(`Bearer ${stolen}`)).toMatchObject({ status: 401, body: { '@type': 'CatalogError' } });
  expect((await ask('')).status).toBe(401);
});
