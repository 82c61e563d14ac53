import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, PeerChannel } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { type NoteVerifier, noteVerifier } from '@causeway/evidence';
import { loadConfig, type Service, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { clearingHouseConfig } from '../config.js';
import { createLogKey } from '../log/log-key.js';
import type { Submission } from '../records/verify.js';
import { startClearingHouse } from '../service.js';

export const clearingHouseId = 'urn:causeway:clearing-house';

/** A clearing house on real ports with real certificates, in a folder of its own. */
export interface TestSpace extends AsyncDisposable {
  readonly trust: TestTrust;
  readonly folder: string;
  readonly verifier: NoteVerifier;
  readonly service: Service;
  port(protocol: 'grpc' | 'https' | 'http'): number;
  channel(identity: Identity): PeerChannel;
}

export async function testSpace(): Promise<TestSpace> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-clearing-'));
  const { vkey } = await createLogKey(folder, 'log.test/causeway');
  const trust = await testTrust({
    services: { clearingHouse: { id: clearingHouseId, grpc: '', https: '', origin: 'log.test/causeway', vkey } },
  });
  const service = await startClearingHouse({
    config: await loadConfig(clearingHouseConfig, { flags: { grpcPort: '0', httpsPort: '0', operationsPort: '0' } }),
    identity: await trust.identity(clearingHouseId, 'clearing-house'),
    folder,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
  const channels: PeerChannel[] = [];
  const port = (protocol: string) => service.servers.find((server) => server.protocol === protocol)?.port ?? 0;
  return {
    trust,
    folder,
    verifier: noteVerifier(vkey),
    service,
    port,
    channel(identity) {
      const channel = channelTo(port('grpc'), identity);
      channels.push(channel);
      return channel;
    },
    async [Symbol.asyncDispose]() {
      for (const channel of channels) channel.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function channelTo(port: number, identity: Identity): PeerChannel {
  const expect = { id: clearingHouseId, role: 'clearing-house' } as const;
  return new PeerChannel({ identity, address: `127.0.0.1:${port}`, expect });
}

type Response = causeway.clearing.v1.SubmitResponse;

/** Submits over one stream and gives the answers as they come, by the place of their envelope. */
export async function* submitAll(channel: PeerChannel, submissions: readonly Submission[]): AsyncGenerator<Response> {
  const stream = channel.bidi(ClearingHouse.submit);
  const sending = (async () => {
    for (const [id, { envelope, keyStatement }] of submissions.entries())
      await stream.send({ id, envelope, keyStatement });
    stream.end();
  })();
  // A broken stream breaks both ways; what the answers say of it comes first.
  const sent = sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  yield* stream.responses;
  const failure = await sent;
  if (failure !== undefined) throw failure;
}
