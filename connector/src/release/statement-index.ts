import type { Digest } from '@causeway/evidence';
import type { Store, Write } from '@causeway/platform';
import type { DutyRecord } from '../duties/record.js';
import type { Agreement, Transfer } from '../model.js';
import type { Records } from '../records.js';

/** Where a statement is kept: with its agreement, or with a transfer or a duty under it. */
export interface StatementPlace {
  readonly agreement: Digest;
  /** Our own pid. */
  readonly transfer?: string;
  /** Its id. */
  readonly duty?: string;
}

/** A statement as it is kept. */
export interface KeptStatement {
  readonly id: Digest;
  /** Canonical JSON. */
  readonly statement: string;
}

/** Writes that are put into one commit when an older store gets its index. */
const batch = 500;

/** The statements of a transfer. */
export function statementsOf({ start, stop, end }: Transfer): KeptStatement[] {
  return [start, stop, end, end?.disputed].filter((one) => one !== undefined);
}

/** The statements that end an agreement; those that a restored store knows of by the log alone are not here. */
export function endingsOf({ ended, endedToo }: Agreement): KeptStatement[] {
  return [ended, endedToo].flatMap((end) =>
    end?.statement === undefined ? [] : [{ id: end.id, statement: end.statement }],
  );
}

/** For the commit that saves a transfer: by which its new statements are found. */
export function transferStatements(records: Records, before: Transfer | undefined, after: Transfer): Write[] {
  const { agreement, pid: transfer } = after;
  return fresh(before === undefined ? [] : statementsOf(before), statementsOf(after)).map((id) =>
    records.statements.put([id], { agreement, transfer }),
  );
}

/** For the commit that saves a duty. */
export function dutyStatements(records: Records, before: DutyRecord | undefined, after: DutyRecord): Write[] {
  const { agreement, id: duty } = after;
  return fresh(before?.answers ?? [], after.answers).map((id) => records.statements.put([id], { agreement, duty }));
}

/** For the commit that saves the end of an agreement. */
export function endingStatement(records: Records, agreement: Digest, { id }: Pick<KeptStatement, 'id'>): Write {
  return records.statements.put([id], { agreement });
}

function fresh(before: readonly KeptStatement[], after: readonly KeptStatement[]): Digest[] {
  return after.map(({ id }) => id).filter((id) => !before.some((known) => known.id === id));
}

/**
 * The statement of that id, with the agreement it belongs to. An agreement's own is found by its digest, all others by the
 * index.
 */
export async function findStatement(
  records: Records,
  id: Digest,
): Promise<{ readonly agreement: Agreement; readonly statement: string } | undefined> {
  const place = (await records.statements.get(id))?.value;
  const agreement = (await records.agreements.get(place?.agreement ?? id))?.value;
  if (agreement === undefined) return undefined;
  if (place === undefined) return { agreement, statement: agreement.statement };
  const kept = (await keptAt(records, place, agreement)).find((one) => one.id === id);
  return kept && { agreement, statement: kept.statement };
}

async function keptAt(
  records: Records,
  { transfer, duty }: StatementPlace,
  agreement: Agreement,
): Promise<readonly KeptStatement[]> {
  if (transfer !== undefined) {
    const found = (await records.transfers.get(transfer))?.value;
    return found === undefined ? [] : statementsOf(found);
  }
  if (duty !== undefined) return (await records.duties.get(agreement.digest, duty))?.value.answers ?? [];
  return endingsOf(agreement);
}

/** Gives a store of an older release its index, once. Stopped in the middle, it is done again from the beginning. */
export async function indexStatements(store: Store, records: Records): Promise<void> {
  if ((await records.indexed.get('statements')) !== undefined) return;
  let writes: Write[] = [];
  const add = async (more: readonly Write[]): Promise<void> => {
    writes.push(...more);
    if (writes.length < batch) return;
    await store.commit({ writes });
    writes = [];
  };
  for await (const { value } of records.transfers.all()) await add(transferStatements(records, undefined, value));
  for await (const { value } of records.duties.all()) await add(dutyStatements(records, undefined, value));
  for await (const { value } of records.agreements.all()) {
    await add(endingsOf(value).map((one) => endingStatement(records, value.digest, one)));
  }
  await store.commit({ writes: [...writes, records.indexed.put(['statements'], {})] });
}
