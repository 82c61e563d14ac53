import { gzipSync } from 'node:zlib';
import { Evidence } from '@causeway/proto';
import { expect, it } from 'vitest';
import { callRpc, framed, type Outcome, type RpcProbe, shown } from '../probes.js';
import { expectAlive, ported, type Target } from './target.js';

const mebibyte = 1_048_576;

const headed = (flag: number, length: number, rest: Buffer = Buffer.alloc(0)) => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, rest]);
};
const compressed = (bytes: Buffer) => headed(1, bytes.length, bytes);

type Attack = Pick<RpcProbe, 'metadata'> & {
  readonly raw: () => Buffer;
  readonly path?: string;
  /** What is wrong with it is skipped by some readers, as protobuf and gRPC allow: then any answer will do. */
  readonly skipped?: true;
};

/** Messages and headers that no good client sends. */
const attacks: Readonly<Record<string, Attack>> = {
  'half a field': { raw: () => framed(Buffer.from('0aff', 'hex')) },
  'a length that goes on': { raw: () => framed(Buffer.alloc(64, 0xff)) },
  'a field of no type': { raw: () => framed(Buffer.from([0x0f, 0x0f])) },
  'groups within groups': { raw: () => framed(Buffer.alloc(500_000, 0x0b)) },
  'messages within messages': {
    skipped: true,
    raw: () => {
      let message = Buffer.alloc(0);
      for (let depth = 0; depth < 2_000; depth += 1) {
        const length = message.length;
        const varint = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
        message = Buffer.concat([Buffer.from([0x0a, ...varint]), message]);
      }
      return framed(message);
    },
  },
  'a message over the limit': { raw: () => framed(Buffer.alloc(2 * mebibyte)) },
  'a message said to have 4 GiB': { raw: () => headed(0, 0xffffffff, Buffer.alloc(1_000)) },
  'half a message': { skipped: true, raw: () => headed(0, 1_000, Buffer.alloc(500)) },
  'half a head': { skipped: true, raw: () => Buffer.from([0, 0]) },
  'a flag of no meaning': { skipped: true, raw: () => headed(7, 2, Buffer.from([8, 1])) },
  'an unknown compression': { raw: () => compressed(Buffer.from('x')), metadata: { 'grpc-encoding': 'rot13' } },
  'compressed, and not said so': { raw: () => compressed(gzipSync(Buffer.alloc(10))) },
  'said to be gzip, and is none': { raw: () => compressed(Buffer.from('none')), metadata: { 'grpc-encoding': 'gzip' } },
  'a gzip bomb': {
    raw: () => compressed(gzipSync(Buffer.alloc(200 * mebibyte))),
    metadata: { 'grpc-encoding': 'gzip' },
  },
  'no gRPC': { raw: () => Buffer.from('{}'), metadata: { 'content-type': 'application/json' } },
  'metadata of 64 KiB': { raw: () => framed(Buffer.alloc(0)), metadata: { 'x-long': 'x'.repeat(65_536) } },
  'a time-out of no unit': { raw: () => framed(Buffer.from([0xff])), metadata: { 'grpc-timeout': 'soon' } },
  'no method of ours': { raw: () => framed(Buffer.alloc(0)), path: '/causeway.nothing.v1.Nothing/Nothing' },
  'a path of no shape': { raw: () => framed(Buffer.alloc(0)), path: '/../..//' },
};

/** gRPC that is wrong, to every method, by a member that may call it. */
export function rpcGarbage(of: () => Target): void {
  it.each(Object.entries(attacks))(
    '%s: a status that says so, or an end',
    async (_name, { raw, metadata, path, skipped }) => {
      const bytes = raw();
      const { member, auditor } = of();
      const wrong: string[] = [];
      const methods = ported(of(), 'grpc').flatMap(({ port, routes }) =>
        routes.map((route) => ({ port, path: route.path })),
      );
      await Promise.all(
        methods.map(async (method) => {
          const credentials = shown(method.path === Evidence.release.path ? auditor : member);
          const outcome = await callRpc({
            ...{ port: method.port, path: path ?? method.path, credentials, messages: [], raw: bytes },
            ...(metadata && { metadata }),
          });
          if (!isRefusal(outcome) && !(skipped && outcome.kind === 'rpc'))
            wrong.push(`${method.path}: ${JSON.stringify(outcome).slice(0, 200)}`);
        }),
      );
      expect(wrong).toEqual([]);
      await expectAlive(of());
    },
  );
}

/** A status of a failed call, or an end in good time. */
function isRefusal(outcome: Outcome): boolean {
  if (outcome.kind === 'rpc') return outcome.status > 0;
  if (outcome.kind === 'http') return outcome.status >= 400 && outcome.status < 500;
  return outcome.why !== 'no answer in time';
}
