import { type Identity, RpcError, TrustError } from '@causeway/certs/peer';
import { EvidenceError, envelopeDigest, verifyEnvelope } from '@causeway/evidence';
import type { Clock, Logger } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Proven } from '../logging/checkpoint-view.js';
import { type RecordEntry, recordChannel, recordEntries } from '../logging/record-reader.js';
import type { Agreement } from '../model.js';
import type { EvidenceLog, LoggedReceipt } from '../ports.js';

/** Pages read of one record: a clearing house that never ends its list is not followed for ever. */
const mostPages = 200;

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

async function listed(context: RecordContext, { digest }: Agreement): Promise<RecordEntry[]> {
  const channel = recordChannel(context);
  try {
    const entries: RecordEntry[] = [];
    for await (const page of recordEntries(channel, digest, mostPages)) entries.push(...page);
    return entries;
  } finally {
    channel.close();
  }
}

/** Of this agreement, and signed by one of its two parties: everything else is none of its record. */
async function isOfRecord({ identity }: RecordContext, agreement: Agreement, entry: RecordEntry): Promise<boolean> {
  try {
    const envelope = await verifyEnvelope(entry.envelope, entry.keyStatement, identity.trust.authorities);
    return envelope.agreement === agreement.digest && [identity.id, agreement.peer].includes(envelope.signer);
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
