import { type Peer, type PeerServiceDefinition, peerService, type UnaryCall } from '@causeway/certs/peer';
import { type Digest, isDigest, parseStatement, readEnvelope } from '@causeway/evidence';
import { type Clock, GrpcFailure, type Store } from '@causeway/platform';
import { type causeway, Evidence } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import type { ConnectorEvents } from '../events.js';
import type { Agreement } from '../model.js';
import type { Records } from '../records.js';
import { Rate } from './rate.js';
import { findStatement } from './statement-index.js';

/** That a statement was given to an auditor. Key: (agreement digest, auditor, statement). */
export interface Release {
  readonly auditor: string;
  readonly agreement: Digest;
  readonly statement: Digest;
  /** Of the statement. */
  readonly type: string;
  readonly first: number;
  readonly last: number;
  readonly times: number;
}

export interface ReleasesOptions {
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly events: Pick<ConnectorEvents, 'statementReleased'>;
  /** Statements that one auditor may ask for. */
  readonly perMinute: number;
}

const attempts = 20;

/** Gives the statements of an agreement to the auditors it names, and to nobody else. */
export function releaseService(options: ReleasesOptions): PeerServiceDefinition {
  const rate = new Rate(options.clock, options.perMinute);
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: two for the same statement would be in each other's way. How many wait is bounded by the rate. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run);
    last = turn.catch(() => undefined);
    return turn;
  };
  return peerService(Evidence, {
    // A participant is no auditor, whatever its id: the role is in the certificate.
    rules: { release: { roles: ['auditor'] } },
    handlers: {
      release: {
        unary: async ({ peer, request }: UnaryCall<causeway.evidence.v1.ReleaseRequest>) => {
          const wait = rate.take(peer.id);
          if (wait > 0) throw tooFast(wait);
          return { statement: Buffer.from(await inTurn(() => release(options, peer, request.statement))) };
        },
      },
    },
  });
}

/** INVARIANT: the release is stored before a byte of the statement leaves. */
async function release(options: ReleasesOptions, peer: Peer, id: string): Promise<string> {
  const { store, records, clock, events } = options;
  const found = isDigest(id) ? await findStatement(records, id) : undefined;
  // In the same words whether there is none, or it is none of this auditor's.
  if (!isDigest(id) || found === undefined || !isAuditorOf(found.agreement, peer.id)) throw notFound();
  const { statement } = found;
  const { type } = parseStatement(statement).statement;
  const about = { auditor: peer.id, agreement: found.agreement.digest, statement: id, type };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await records.releases.get(about.agreement, peer.id, id);
    const now = clock.now();
    const after = { ...about, first: before?.value.first ?? now, last: now, times: (before?.value.times ?? 0) + 1 };
    const { ok } = await store.commit({
      conditions: [before ? records.releases.unchanged(before) : records.releases.absent(about.agreement, peer.id, id)],
      writes: [records.releases.put([about.agreement, peer.id, id], after)],
    });
    if (!ok) continue;
    events.statementReleased(after);
    return statement;
  }
  throw new GrpcFailure(status.UNAVAILABLE, 'CONTENDED', 'This statement is being released by others too; try again.');
}

/** Named in the envelope that we signed ourselves, of an agreement that both sides put into force. */
function isAuditorOf({ own, finalized }: Agreement, id: string): boolean {
  if (finalized === undefined) return false;
  return readEnvelope(own.envelope).envelope.parties?.auditors.includes(id) === true;
}

function notFound(): GrpcFailure {
  return new GrpcFailure(status.NOT_FOUND, 'NOT_FOUND', 'There is no such statement for you.');
}

function tooFast(waitMs: number): GrpcFailure {
  const message = `You ask for more statements than one auditor may; try again in ${waitMs} ms.`;
  return new GrpcFailure(status.RESOURCE_EXHAUSTED, 'RATE_LIMITED', message);
}
