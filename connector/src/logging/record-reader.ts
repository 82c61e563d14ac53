import { type Identity, PeerChannel } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import type { Agreement } from '../model.js';

/** What the clearing house answers for one envelope of a record. Nothing of it is proven. */
export interface RecordEntry {
  readonly envelope: string;
  readonly keyStatement: string;
  readonly receipt: string;
}

const deadlineMs = 15_000;

/** A channel to the clearing house for questions, whose answers are pages. */
export function recordChannel({
  identity,
  clock,
}: {
  readonly identity: Identity;
  readonly clock: Clock;
}): PeerChannel {
  const { clearingHouse } = identity.trust.bundle;
  const expect = { id: clearingHouse.id, role: 'clearing-house' } as const;
  return new PeerChannel({ identity, address: clearingHouse.grpc, expect, clock, messageBytes: 8 * 1_048_576 });
}

/**
 * What the clearing house holds of an agreement's record, in the order of the log, page by page.
 *
 * @param mostPages of the list, and of each record: a clearing house that never ends its list is not followed for ever
 * @throws RpcError, TrustError
 */
export async function* recordEntries(
  channel: PeerChannel,
  agreement: Agreement['digest'],
  mostPages: number,
): AsyncGenerator<readonly RecordEntry[], void, undefined> {
  let cursor = '';
  for (let page = 0; page < mostPages; page++) {
    const list = await channel.unary(ClearingHouse.list, { agreement, cursor }, { deadlineMs });
    for (const record of list.records ?? []) {
      yield (record.entries ?? []).map(entryOf);
      let more = record.next ?? '';
      for (let part = 0; more !== '' && part < mostPages; part++) {
        const asked = { record: record.record ?? '', cursor: more };
        const rest = await channel.unary(ClearingHouse.get, asked, { deadlineMs });
        yield (rest.entries ?? []).map(entryOf);
        more = rest.next ?? '';
      }
    }
    cursor = list.next ?? '';
    if (cursor === '') return;
  }
}

export function entryOf(entry: causeway.clearing.v1.LoggedEntry.$Properties): RecordEntry {
  const { envelope, keyStatement, receipt } = entry;
  return { envelope: envelope ?? '', keyStatement: keyStatement ?? '', receipt: receipt ?? '' };
}
