import type { PeerChannel } from '@causeway/certs/peer';
import { EvidenceError, isDigest, verifyEnvelope } from '@causeway/evidence';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { entryOf } from '../logging/record-reader.js';
import type { Agreement, UnknownAgreement } from '../model.js';
import type { RestoringContext } from './context.js';
import { noteRestoration } from './restoration.js';

/** Records of one page, and pages of one look: anybody may open records that name us, and must not hold us up with them. */
const limit = 100;
const mostPages = 50;
const deadlineMs = 10_000;

/**
 * Looks through the records that the clearing house lists since the last look, for agreements that we signed and do not hold: they
 * were made after the back-up from which this store goes on. Their terms are lost here, so nothing can be granted or claimed under
 * them; the people who run this connector are told, and a peer that uses one is told to ask again.
 *
 * @throws RpcError, TrustError
 */
export async function lookThrough(context: RestoringContext, channel: PeerChannel): Promise<void> {
  const { records, store } = context;
  for (let page = 0; page < mostPages; page++) {
    const cursor = (await records.lookedThrough.get('records'))?.value.cursor ?? '';
    const list = await channel.unary(ClearingHouse.list, { limit, cursor }, { deadlineMs });
    for (const record of list.records ?? []) await look(context, record);
    const next = list.next ?? '';
    // The last page gives no cursor: what is on it is looked at again next time.
    if (next === '') return;
    await store.commit({ writes: [records.lookedThrough.put(['records'], { cursor: next })] });
  }
}

async function look(context: RestoringContext, record: causeway.clearing.v1.Record.$Properties): Promise<void> {
  const { identity, records, store, clock, log } = context;
  const agreement = record.agreement ?? '';
  if (!isDigest(agreement) || !(await signedHere(context, agreement, record))) return;
  const [held, noted] = await Promise.all([
    records.agreements.get(agreement),
    records.unknownAgreements.get(agreement),
  ]);
  if (held !== undefined || noted !== undefined) return;
  const role = record.provider === identity.id ? 'provider' : 'consumer';
  const peer = (role === 'provider' ? record.consumer : record.provider) ?? '';
  const unknown: UnknownAgreement = { role, peer, found: clock.now() };
  const result = await store.commit({
    conditions: [records.unknownAgreements.absent(agreement)],
    writes: [records.unknownAgreements.put([agreement], unknown)],
  });
  if (!result.ok) return;
  await noteRestoration(context, { unknown: 1 });
  log.warn({ agreement, role, peer }, 'the log holds an agreement of ours that this store has lost: make it anew');
}

/** Others may name us in whatever they log: only our own signature makes an agreement ours. */
async function signedHere(
  { identity }: RestoringContext,
  agreement: Agreement['digest'],
  record: causeway.clearing.v1.Record.$Properties,
): Promise<boolean> {
  for (const { envelope, keyStatement } of (record.entries ?? []).map(entryOf)) {
    try {
      const said = await verifyEnvelope(envelope, keyStatement, identity.trust.authorities);
      if (said.signer === identity.id && said.type === 'agreement' && said.agreement === agreement) return true;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
    }
  }
  return false;
}
