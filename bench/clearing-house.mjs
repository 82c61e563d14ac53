// Envelopes logged a second: signature checked, fsynced, integrated, receipt returned, over mutual TLS gRPC. Both ends on
// this machine: the clearing house in a process of its own, the submitters in this one, their envelopes signed beforehand.
//
//   npm run build && node bench/clearing-house.mjs [--envelopes 20000] [--streams 4] [--under-way 256]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PeerChannel, saveIdentity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { createLogKey, fsck } from '@causeway/clearing-house';
import { digestOf, signEnvelope } from '@causeway/evidence';
import { ClearingHouse } from '@causeway/proto';

const options = { envelopes: { type: 'string' }, streams: { type: 'string' }, 'under-way': { type: 'string' } };
const { values } = parseArgs({ options });
const count = Number(values.envelopes ?? 20_000);
const streams = Number(values.streams ?? 4);
const underWay = Number(values['under-way'] ?? 256);

const root = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
const id = 'urn:causeway:clearing-house';
await createLogKey(join(root, 'log'), 'bench.test/causeway');
const trust = await testTrust();
await saveIdentity(join(root, 'identity'), await trust.identity(id, 'clearing-house'));
const submitter = await trust.identity('urn:causeway:steel', 'participant');
const envelopes = await signAll(submitter);

const child = new URL('../clearing-house/dist/testing/child.js', import.meta.url).pathname;
const server = spawn(process.execPath, [child, join(root, 'identity'), join(root, 'log')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(createInterface({ input: server.stdout }), 'line');
const address = `127.0.0.1:${JSON.parse(line).grpc}`;

const began = performance.now();
const latencies = (await Promise.all(Array.from({ length: streams }, (_, at) => submit(at)))).flat();
const seconds = (performance.now() - began) / 1_000;
latencies.sort((a, b) => a - b);
const quantile = (q) => Math.round(latencies[Math.floor(q * (latencies.length - 1))]);
server.kill('SIGKILL');
await once(server, 'exit');
const { ok, integrated } = await fsck(join(root, 'log'));
await rm(root, { recursive: true, force: true });

const result = { envelopes: latencies.length, perSecond: Math.round(latencies.length / seconds) };
const latency = { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
process.stdout.write(`${JSON.stringify({ ...result, ...latency, streams, underWay, fsck: ok, integrated })}\n`);

async function signAll({ id: signer, signing }) {
  const perAgreement = 20;
  const signed = [];
  for (let at = 0; at < count; at++) {
    const agreement = digestOf(`agreement ${Math.floor(at / perAgreement)}`);
    const sequence = String((at % perAgreement) + 1);
    const claims = { version: '1', agreement, sequence, signer };
    const parties = { provider: signer, consumer: 'urn:causeway:motors', auditors: [] };
    const kind =
      sequence === '1'
        ? { type: 'agreement', statement: agreement, parties }
        : { type: 'transfer-start', statement: digestOf(`start ${at}`) };
    signed.push({ lane: Math.floor(at / perAgreement), envelope: await signEnvelope({ ...claims, ...kind }, signing) });
  }
  return signed;
}

/** One stream with a number of envelopes under way; an agreement's envelopes go over one stream, in order. */
async function submit(at) {
  const own = envelopes.filter(({ lane }) => lane % streams === at);
  const channel = new PeerChannel({ identity: submitter, address, expect: { id, role: 'clearing-house' } });
  const stream = channel.bidi(ClearingHouse.submit);
  const sentAt = [];
  const latencies = [];
  const send = () => {
    const { envelope } = own[sentAt.length];
    const request = { id: sentAt.length, envelope, keyStatement: submitter.signing.keyStatement };
    sentAt.push(performance.now());
    return stream.send(request);
  };
  while (sentAt.length < Math.min(underWay, own.length)) await send();
  for await (const { id: answered, refusal } of stream.responses) {
    if (refusal) throw new Error(`refused: ${refusal.code} ${refusal.message}`);
    latencies.push(performance.now() - sentAt[answered]);
    if (sentAt.length < own.length) await send();
    else if (latencies.length === own.length) stream.end();
  }
  channel.close();
  return latencies;
}
