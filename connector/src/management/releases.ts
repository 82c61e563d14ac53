import type { Records } from '../records.js';
import { type Operation, pageOptions, pageQuery, pageReply } from './operation.js';

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
      handle: async ({ params: { digest = '' }, query }) =>
        pageReply(await records.releases.page({ ...pageOptions(query), prefix: [digest] }), ({ value }) => value),
    },
  ];
}
