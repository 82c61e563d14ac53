import type { PeerChannel } from '@causeway/certs/peer';
import { type Envelope, EvidenceError, verifyEnvelope } from '@causeway/evidence';
import type { Stored } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import { type RecordEntry, recordEntries } from '../logging/record-reader.js';
import type { Agreement, AgreementEnd, Forgotten, SignedEnvelope } from '../model.js';
import { reason } from '../reasons.js';
import type { Records } from '../records.js';
import { compiledOf } from '../transfer/decision.js';
import type { RestoringContext } from './context.js';

/** Pages of one record: some two million envelopes. */
const mostPages = 20_000;

/** What the log holds of an agreement's record, read and proven to be the word of a party. */
interface Logged extends SignedEnvelope {
  readonly said: Envelope;
}

/** What one agreement brought up to its record has lost. */
export interface CaughtUp {
  readonly starts: number;
  readonly ends: number;
  readonly others: number;
  readonly ended: boolean;
}

/**
 * Reads our own envelopes under an agreement back from the log and takes up what this store has lost: the sequence goes on behind
 * them, each start it does not know is a use of every rule, and an end of the agreement ends it. Page by page, each in one commit
 * with the sequence it reaches: a crash in between counts nothing twice.
 *
 * INVARIANT: only an envelope with our own signature moves the sequence, never a number that the clearing house says.
 *
 * @param next the number that our next envelope must have, as the clearing house says
 * @throws ConnectorError EVIDENCE_PENDING when the record does not show what was said; RpcError, TrustError
 */
export async function catchUp(
  context: RestoringContext,
  channel: PeerChannel,
  digest: Agreement['digest'],
  next: number,
): Promise<CaughtUp> {
  let [starts, ends, others, ended] = [0, 0, 0, false];
  for await (const page of recordEntries(channel, digest, mostPages)) {
    const logged = await proven(context, digest, page);
    for (;;) {
      const stored = await context.records.agreements.get(digest);
      if (stored === undefined) throw new TypeError(`expected agreement ${digest} to stay`);
      const step = stepOf(context, stored, logged);
      if (step === undefined) break;
      const result = await commitStep(context, stored, step);
      if (!result.ok) continue;
      [starts, ends, others] = [starts + step.starts.length, ends + step.ends, others + step.others];
      ended ||= step.agreement.ended !== stored.value.ended;
      break;
    }
  }
  const reached = (await context.records.agreements.get(digest))?.value.sequence ?? 0;
  if (reached < next) {
    throw new ConnectorError(
      'EVIDENCE_PENDING',
      `expected the record of ${digest} to show our envelopes up to number ${next - 1}, it shows them up to ${reached - 1}`,
    );
  }
  return { starts, ends, others, ended };
}

interface Step {
  readonly agreement: Agreement;
  /** Statements of the starts. */
  readonly starts: readonly string[];
  readonly ends: number;
  readonly others: number;
}

/** What a page of the record changes; undefined for nothing. */
function stepOf({ identity, clock }: RestoringContext, { value }: Stored<Agreement>, page: readonly Logged[]) {
  const own = page
    .filter(({ said }) => said.signer === identity.id && Number(said.sequence) >= value.sequence)
    .toSorted((a, b) => Number(a.said.sequence) - Number(b.said.sequence));
  // The log takes none but the next, so a gap is a page that was cut: what follows it is not believed.
  const dense = own.filter(({ said }, index) => Number(said.sequence) === value.sequence + index);
  const end = value.ended === undefined ? page.find(({ said }) => said.type === 'agreement-end') : undefined;
  if (dense.length === 0 && end === undefined) return undefined;
  const types = dense.map(({ said }) => said.type);
  const starts = dense.flatMap(({ said }) => (said.type === 'transfer-start' ? [said.statement] : []));
  const ends = types.filter((type) => type === 'transfer-end').length;
  const others = types.length - starts.length - ends;
  const agreement: Agreement = {
    ...value,
    sequence: value.sequence + dense.length,
    ...(end === undefined ? {} : { ended: endOf(end, clock.now()) }),
    ...(dense.length === 0
      ? {}
      : { forgotten: added(value.forgotten, { starts: starts.length, ends, others }, clock) }),
  };
  return { agreement, starts, ends, others } satisfies Step;
}

async function commitStep({ store, records, clock }: RestoringContext, stored: Stored<Agreement>, step: Step) {
  const { agreement, starts } = step;
  const counted = await countedUses(records, agreement, starts, clock.now());
  return store.commit({
    conditions: [records.agreements.unchanged(stored), ...counted.conditions],
    writes: [records.agreements.put([agreement.digest], agreement), ...counted.writes],
  });
}

/** Which rule a start was under is in its statement, which is lost: it counts under each. */
async function countedUses(records: Records, agreement: Agreement, starts: readonly string[], now: number) {
  const rules = agreement.role === 'provider' && starts.length > 0 ? rulesOf(agreement) : [];
  const counts = await Promise.all(
    rules.map(async (rule) => ({ rule, count: await records.counts.get(agreement.digest, rule) })),
  );
  return {
    conditions: counts.map(({ rule, count }) =>
      count === undefined ? records.counts.absent(agreement.digest, rule) : records.counts.unchanged(count),
    ),
    writes: counts.flatMap(({ rule, count }) => [
      records.counts.put([agreement.digest, rule], { used: (count?.value.used ?? 0) + starts.length }),
      ...starts.map((start) => records.uses.put([agreement.digest, rule, start], { transfer: start, reserved: now })),
    ]),
  };
}

function rulesOf(agreement: Agreement): string[] {
  try {
    return compiledOf(agreement).policy.permissions.map(({ rule }) => rule);
  } catch (error) {
    // What cannot be compiled permits nothing, so it has no uses to count.
    if (error instanceof ConnectorError) return [];
    throw error;
  }
}

function endOf({ envelope, keyStatement, said }: Logged, at: number): AgreementEnd {
  const why = reason(
    'AGREEMENT_ENDED',
    'It was ended after the back-up from which this connector went on; the reason is lost here.',
    '合约在本连接器所恢复的备份之后被终止，原因未能保留。',
  );
  return { by: said.signer, at, reason: why, id: said.statement, envelope, keyStatement };
}

function added(
  before: Forgotten | undefined,
  { starts, ends, others }: Omit<Forgotten, 'at'>,
  clock: RestoringContext['clock'],
): Forgotten {
  return {
    at: clock.now(),
    starts: (before?.starts ?? 0) + starts,
    ends: (before?.ends ?? 0) + ends,
    others: (before?.others ?? 0) + others,
  };
}

/** Entries of this agreement's record that one of its two parties signed; the clearing house is believed in nothing else. */
async function proven(
  { identity, records }: RestoringContext,
  digest: Agreement['digest'],
  entries: readonly RecordEntry[],
): Promise<Logged[]> {
  const peer = (await records.agreements.get(digest))?.value.peer;
  const logged: Logged[] = [];
  for (const { envelope, keyStatement } of entries) {
    try {
      const said = await verifyEnvelope(envelope, keyStatement, identity.trust.authorities);
      if (said.agreement === digest && [identity.id, peer].includes(said.signer))
        logged.push({ envelope, keyStatement, said });
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
    }
  }
  return logged;
}
