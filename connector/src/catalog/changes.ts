import type { Store } from '@causeway/platform';
import type { Records } from '../records.js';
import type { View, Viewer } from './viewer.js';

/** Changes looked at for one answer, seen by the caller or not. */
const lookedAt = 1_000;
const readAtOnce = 100;

export interface Changes {
  /** With a change that the caller could see: each was there for it before that, or after it. */
  readonly datasets: ReadonlySet<string>;
  /** The revision up to which that is all. */
  readonly reached: string;
  readonly more: boolean;
}

/**
 * What has changed for a caller since a revision; undefined when that is none of this catalog, or too long ago to be known.
 *
 * @param since tag of the revision
 * @param limit most datasets
 */
export async function changesSince(
  store: Pick<Store, 'scan'>,
  { catalogTags, catalogChanges }: Pick<Records, 'catalogTags' | 'catalogChanges'>,
  viewer: Viewer,
  view: View,
  since: string,
  limit: number,
): Promise<Changes | undefined> {
  const datasets = new Set<string>();
  if (since === view.tag) return { datasets, reached: since, more: false };
  const from = (await catalogTags.get(since))?.value.revision;
  if (from === undefined) return undefined;
  let reached = since;
  let after = catalogChanges.key(from);
  for (let looked = 0; looked < lookedAt; looked += readAtOnce) {
    const entries = await store.scan({ prefix: catalogChanges.key(), after, limit: readAtOnce });
    for (const entry of entries) {
      if (datasets.size === limit) return { datasets, reached, more: true };
      const { dataset, touched, tag } = catalogChanges.read(entry).value;
      if (await viewer.seesAny(touched)) datasets.add(dataset);
      [reached, after] = [tag, entry.key];
    }
    if (entries.length < readAtOnce) return { datasets, reached, more: false };
  }
  return { datasets, reached, more: true };
}
