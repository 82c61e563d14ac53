import type { Records } from '../records.js';
import { type Operation, ok, pageOptions, pageQuery } from './operation.js';

/** What this connector gave to auditors: its owner sees all of it. */
export function releaseOperations({ records }: { readonly records: Records }): Operation[] {
  return [
    {
      method: 'get',
      path: '/agreements/{digest}/releases',
      id: 'listReleases',
      summary: 'Lists which statements of an agreement were released to which auditors, and when',
      query: pageQuery,
      answer: 'ReleasePage',
      async handle({ params: { digest = '' }, query }) {
        const { items, next } = await records.releases.page({ ...pageOptions(query), prefix: [digest] });
        return ok({ items: items.map(({ value }) => value), ...(next === undefined ? {} : { next }) });
      },
    },
  ];
}
