import type { Store, Write } from '@causeway/platform';
import type { Agreement } from '../model.js';
import type { Records } from '../records.js';

/** An agreement that is made, and what it is found by: under its `@id` of the one that gave it, and under its dataset. */
export function newAgreement(records: Records, agreement: Agreement): Write[] {
  const { digest, peer, id } = agreement;
  return [
    records.agreements.put([digest], agreement),
    records.agreementIds.put([peer, id], { digest }),
    listedUnder(records, agreement),
  ];
}

function listedUnder(records: Records, { dataset, digest }: Pick<Agreement, 'dataset' | 'digest'>): Write {
  return records.agreementsOf.put([dataset, digest], { digest });
}

/**
 * Lists the agreements of a store that was written before they were listed by dataset. Begun again it does the same, and is done once.
 */
export async function listAgreements(store: Store, records: Records): Promise<void> {
  const done = 'agreements-of';
  if ((await records.indexed.get(done)) !== undefined) return;
  let writes: Write[] = [];
  for await (const { value } of records.agreements.all()) {
    writes.push(listedUnder(records, value));
    if (writes.length < 100) continue;
    await store.commit({ writes });
    writes = [];
  }
  await store.commit({ writes: [...writes, records.indexed.put([done], {})] });
}

/** How many agreements on a dataset are in force; `more`: at least so many. */
export interface InForce {
  readonly inForce: number;
  readonly more?: true;
}

/** Most agreements of one dataset that are looked at for a number. */
const lookedAt = 100;

/** Counts the agreements on a dataset that grant something: finalized, and not ended. */
export async function countInForce(records: Records, dataset: string): Promise<InForce> {
  const { items, next } = await records.agreementsOf.page({ prefix: [dataset], limit: lookedAt });
  const found = await Promise.all(items.map(({ value }) => records.agreements.get(value.digest)));
  const standing = found.filter((one) => one?.value.finalized !== undefined && one.value.ended === undefined);
  return { inForce: standing.length, ...(next === undefined ? {} : { more: true }) };
}
