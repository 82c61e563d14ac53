import type { Clock, Page } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Agreement } from '../model.js';
import type { Records } from '../records.js';
import { usageOf } from '../transfer/pulled.js';
import { type Operation, ok, pageOptions, pageQuery } from './operation.js';

export interface UsageContext {
  readonly records: Records;
  readonly clock: Clock;
}

/** Transfers looked at under one agreement, and after how many a page ends though it is short. */
const mostUnderOne = 1_000;
const enough = 2_000;

/** Who holds which agreement, what was got under it and what is left of it: in both roles. */
export function usageOperation({ records, clock }: UsageContext): Operation {
  return {
    method: 'get',
    path: '/usage',
    id: 'listUsage',
    summary: 'Lists agreements with what was got under them and what is left; a page may be short',
    query: {
      ...pageQuery,
      dataset: 'Only on the dataset of this id',
      with: 'Only with this participant',
    },
    answer: 'UsagePage',
    async handle({ query }) {
      const { limit, cursor } = pageOptions(query);
      const items: object[] = [];
      let looked = 0;
      let next = cursor;
      do {
        // One by one: where a page ends is told by what it cost.
        const page: Page<Agreement> = await agreementPage(records, query, next);
        next = page.next;
        for (const agreement of page.items) {
          if (query['with'] !== undefined && agreement.peer !== query['with']) continue;
          const { usage, looked: under } = await usageOf(records, agreement, clock.now(), mostUnderOne);
          looked += under;
          items.push({ ...entry(agreement), ...usage });
        }
        looked += 1;
      } while (next !== undefined && items.length < limit && looked < enough);
      return ok({ items, ...(next === undefined ? {} : { next }) });
    },
  };
}

function entry({ digest, role, peer, dataset, finalized, ended }: Agreement): object {
  return {
    ...{ agreement: digest, role, peer, dataset },
    ...(finalized === undefined ? {} : { finalized }),
    ...(ended === undefined ? {} : { ended: { by: ended.by, at: ended.at, reason: ended.reason } }),
  };
}

/** The next agreement of the narrowest list there is: of a dataset, with a peer, or all. */
async function agreementPage(
  records: Records,
  { dataset, with: peer }: Readonly<Record<string, string>>,
  cursor: string | undefined,
): Promise<Page<Agreement>> {
  const one = { limit: 1, ...(cursor === undefined ? {} : { cursor }) };
  if (dataset === undefined && peer === undefined) {
    const { items, ...rest } = await records.agreements.page(one);
    return { items: items.map(({ value }) => value), ...rest };
  }
  for (const part of [dataset, peer]) {
    if (part !== undefined && (part === '' || part.length > 500)) {
      throw new ConnectorError('REQUEST_INVALID', 'Expected the id of a dataset or of a participant.');
    }
  }
  const named =
    dataset === undefined
      ? await records.agreementIds.page({ ...one, prefix: [peer ?? ''] })
      : await records.agreementsOf.page({ ...one, prefix: [dataset] });
  const { items, ...rest } = named;
  const found = await Promise.all(items.map(({ value }) => records.agreements.get(value.digest)));
  return { items: found.flatMap((stored) => stored?.value ?? []), ...rest };
}
