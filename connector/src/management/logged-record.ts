import { type Identity, PeerChannel, RpcError, TrustError } from '@causeway/certs/peer';
import { EvidenceError, envelopeDigest, verifyEnvelope } from '@causeway/evidence';
import type { Clock, Logger } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import type { Proven } from '../logging/checkpoint-view.js';
import type { Agreement } from '../model.js';
import type { EvidenceLog, LoggedReceipt } from '../ports.js';

/** Pages read of one record: a clearing house that never ends its list is not followed for ever. */
const mostPages = 200;
const deadlineMs = 15_000;

export interface RecordContext {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly evidence: EvidenceLog & LogProver;
}

/** What proves by the published log that earlier checkpoints are the beginning of the last one we verified. */
export interface LogProver {
  prove(sizes: readonly bigint[]): Promise<Proven | undefined>;
}

interface Entry {
  readonly envelope: string;
  readonly keyStatement: string;
  readonly receipt: string;
}

/**
 * What the clearing house holds of an agreement's record and we do not: envelopes of the peer about transfers that ended
 * before a stream was opened. Each is proven like one of our own before it counts. While the clearing house is away,
 * nothing: what we hold stands for itself.
 */
export async function loggedElsewhere(
  context: RecordContext,
  agreement: Agreement,
  held: ReadonlySet<string>,
): Promise<LoggedReceipt[]> {
  try {
    const found: LoggedReceipt[] = [];
    for (const entry of await listed(context, agreement)) {
      const digest = envelopeDigest(entry.envelope);
      if (held.has(digest) || !(await isOfRecord(context, agreement, entry))) continue;
      found.push(...(await context.evidence.admit([entry])));
    }
    return found;
  } catch (error) {
    const expected = error instanceof RpcError || error instanceof TrustError || error instanceof ConnectorError;
    if (!expected) throw error;
    context.log.warn({ err: error, agreement: agreement.digest }, 'the record could not be read back from the log');
    return [];
  }
}

async function listed({ identity, clock }: RecordContext, agreement: Agreement): Promise<Entry[]> {
  const { clearingHouse } = identity.trust.bundle;
  const expect = { id: clearingHouse.id, role: 'clearing-house' } as const;
  const channel = new PeerChannel({
    identity,
    address: clearingHouse.grpc,
    expect,
    clock,
    messageBytes: 8 * 1_048_576,
  });
  try {
    const entries: Entry[] = [];
    let cursor = '';
    for (let page = 0; page < mostPages; page++) {
      const list = await channel.unary(ClearingHouse.list, { agreement: agreement.digest, cursor }, { deadlineMs });
      for (const record of list.records ?? []) {
        entries.push(...(record.entries ?? []).map(entryOf));
        let more = record.next ?? '';
        for (let part = 0; more !== '' && part < mostPages; part++) {
          const asked = { record: record.record ?? '', cursor: more };
          const rest = await channel.unary(ClearingHouse.get, asked, { deadlineMs });
          entries.push(...(rest.entries ?? []).map(entryOf));
          more = rest.next ?? '';
        }
      }
      cursor = list.next ?? '';
      if (cursor === '') break;
    }
    return entries;
  } finally {
    channel.close();
  }
}

function entryOf({ envelope, keyStatement, receipt }: causeway.clearing.v1.LoggedEntry.$Properties): Entry {
  return { envelope: envelope ?? '', keyStatement: keyStatement ?? '', receipt: receipt ?? '' };
}

/** Of this agreement, and signed by one of its two parties: everything else is none of its record. */
async function isOfRecord({ identity }: RecordContext, agreement: Agreement, entry: Entry): Promise<boolean> {
  try {
    const envelope = await verifyEnvelope(entry.envelope, entry.keyStatement, identity.trust.authorities);
    return envelope.agreement === agreement.digest && [identity.id, agreement.peer].includes(envelope.signer);
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
