import { type BidiCall, type PeerServiceDefinition, peerService, type Role } from '@causeway/certs/peer';
import { isDigest } from '@causeway/evidence';
import { GrpcFailure } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { LogError } from '../errors.js';
import type { Pipeline } from '../log/pipeline.js';
import { mostStandings, type RecordPage, type RecordReader } from '../records/reader.js';
import { Window } from './window.js';

type SubmitRequest = causeway.clearing.v1.SubmitRequest;
type SubmitResponse = causeway.clearing.v1.SubmitResponse.$Properties;
type RecordMessage = causeway.clearing.v1.Record.$Properties;

export interface GrpcEdgeOptions {
  readonly pipeline: Pipeline;
  readonly records: RecordReader;
  /** Most envelopes of one stream not answered yet; beyond it the stream is not read, so its sender is slowed down. */
  readonly window: number;
}

const readers: readonly Role[] = ['participant', 'auditor'];

/** The clearing house as gRPC. The submitter and the viewer are the channel's peer, never a name in a message. */
export function clearingHouseService({ pipeline, records, window }: GrpcEdgeOptions): PeerServiceDefinition {
  return peerService(ClearingHouse, {
    rules: {
      submit: { roles: ['participant'] },
      get: { roles: readers },
      list: { roles: readers },
      standing: { roles: ['participant'] },
    },
    handlers: {
      submit: { bidi: (call) => submit(call, pipeline, window) },
      get: {
        unary: async ({ peer, request }) => {
          const found = isDigest(request.record)
            ? await cursored(records.get(peer, request.record, request.cursor))
            : undefined;
          if (found) return message(found);
          throw new GrpcFailure(status.NOT_FOUND, 'RECORD_NOT_FOUND', 'There is no such record for you.');
        },
      },
      list: {
        unary: async ({ peer, request: { limit, cursor, agreement } }) => {
          if (agreement !== '' && !isDigest(agreement)) {
            throw new GrpcFailure(
              status.INVALID_ARGUMENT,
              'AGREEMENT_INVALID',
              'The agreement must be a digest (sha-256:…).',
            );
          }
          const page = await cursored(records.list(peer, { limit, cursor, ...(agreement && { agreement }) }));
          return { records: page.records.map(message), next: page.next };
        },
      },
      standing: {
        unary: async ({ peer, request: { agreements } }) => {
          if (agreements.length > mostStandings || !agreements.every(isDigest)) {
            throw new GrpcFailure(
              status.INVALID_ARGUMENT,
              'AGREEMENT_INVALID',
              `Expected at most ${mostStandings} agreement digests (sha-256:…).`,
            );
          }
          return { standings: await records.standings(peer.id, agreements) };
        },
      },
    },
  });
}

async function submit(call: BidiCall<SubmitRequest, SubmitResponse>, pipeline: Pipeline, most: number): Promise<void> {
  const window = new Window(most);
  let failure: unknown;
  const answer = async ({ id, envelope, keyStatement }: SubmitRequest): Promise<void> => {
    try {
      const outcome = await pipeline.submit({ envelope, keyStatement, submitter: call.peer.id });
      await call.send({ id, ...outcome });
    } catch (error) {
      failure ??= error;
    } finally {
      window.leave();
    }
  };
  for await (const request of call.requests) {
    if (!Number.isSafeInteger(request.id)) {
      throw new GrpcFailure(status.INVALID_ARGUMENT, 'ID_INVALID', 'The id of a submission must be below 2^53.');
    }
    await window.enter();
    if (failure !== undefined) throw failure;
    void answer(request);
  }
  await window.empty();
  if (failure !== undefined) throw failure;
}

function message({ id, head, entries, next }: RecordPage): RecordMessage {
  const { agreement, provider, consumer, auditors } = head;
  return { record: id, agreement, provider, consumer, auditors: [...auditors], entries: [...entries], next };
}

async function cursored<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (!(cause instanceof LogError) || cause.code !== 'CURSOR_INVALID') throw cause;
    throw new GrpcFailure(status.INVALID_ARGUMENT, cause.code, cause.message, { cause });
  }
}
