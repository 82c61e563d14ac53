import type { causeway } from '@causeway/proto';
import type { BrokerTally } from '../ports.js';

type WireTally = causeway.broker.v1.Tally.$Properties;

/** The facets by which a search is narrowed down. */
export const facetNames = ['publisher', 'category', 'classification', 'format', 'region'] as const;

/** Values shown of a facet, and the longest of them in UTF-16 units. */
const most = { values: 50, length: 200 } as const;

/**
 * What the broker counted, as far as it is of a shape that can be shown. Nobody signed it: a broker that lies here misleads who
 * narrows a search down, and never about what a hit is.
 */
export function brokerTally({ found, facets, partial }: WireTally): BrokerTally {
  const counted = facetNames.flatMap((name) => {
    const values = (facets?.find((facet) => facet.name === name)?.values ?? []).slice(0, most.values);
    const known = values.flatMap(({ value, count }) =>
      value && value.length <= most.length && isCount(count) ? [{ value, count }] : [],
    );
    return known.length === 0 ? [] : [{ name, values: known }];
  });
  return { found: isCount(found) ? found : 0, facets: counted, partial: partial === true };
}

function isCount(count: unknown): count is number {
  return Number.isSafeInteger(count) && Number(count) >= 0;
}
