import type { Collection, Logger, Store, Write } from '@causeway/platform';
import type { Dataset } from '../model.js';
import type { Records } from '../records.js';
import { accessOf } from './access.js';
import { firstHead, nextTag } from './draft.js';
import type { IndexState } from './records.js';
import { accessKey, sightsOf } from './shown.js';

/** Raised whenever the same datasets would be indexed otherwise: an operand that is now about who asks, another form of a condition. */
export const indexVersion = 1;

const step = 100;

/**
 * Makes the index of the catalog from the datasets, where a store has none or one of another version, in steps that an
 * interruption repeats at most once. To be called before anybody reads the catalog or changes it.
 */
export async function rebuildIndex(store: Store, records: Records, log: Logger): Promise<void> {
  const stored = await records.catalogIndex.get('index');
  let state = stored?.value;
  if (state?.index !== indexVersion) {
    const head = (await records.catalogHead.get('head'))?.value ?? firstHead;
    // Nobody's old revision may be taken for one of the new index.
    state = { index: indexVersion, stage: 'clearing', tag: nextTag(head.tag, String(indexVersion)) };
    await store.commit({ writes: [records.catalogIndex.put(['index'], state)] });
  }
  if (state.stage === 'clearing') {
    const { listed, catalogEntries, catalogAccess, catalogChanges, catalogTags } = records;
    for (const one of [listed, catalogEntries, catalogAccess, catalogChanges, catalogTags]) await clear(store, one);
    state = { index: indexVersion, stage: 'filling', tag: state.tag };
    await store.commit({ writes: [records.catalogIndex.put(['index'], state)] });
  }
  let datasets = 0;
  while (state.stage === 'filling') {
    const filled = await fill(store, records, state);
    datasets += filled.datasets;
    state = filled.state;
  }
  if (datasets > 0) log.info({ datasets }, 'the catalog was indexed anew');
}

async function clear(store: Store, collection: Pick<Collection<object>, 'key'>): Promise<void> {
  for (;;) {
    const entries = await store.scan({ prefix: collection.key(), limit: 1_000 });
    if (entries.length === 0) return;
    await store.commit({ writes: entries.map(({ key }) => ({ delete: key })) });
  }
}

/** One step: datasets in commits of their own, since one may have as many writes as a commit takes; then how far that is. */
async function fill(
  store: Store,
  records: Records,
  state: IndexState,
): Promise<{ state: IndexState; datasets: number }> {
  const { cursor } = state;
  const page = await records.datasets.page({ limit: step, ...(cursor === undefined ? {} : { cursor }) });
  let { tag } = state;
  const commits = page.items.map(({ value }) => {
    tag = nextTag(tag, value.id, JSON.stringify(value));
    return store.commit({ writes: indexed(records, value, tag) });
  });
  await Promise.all(commits);
  const { catalogIndex, catalogHead, catalogChanges, catalogTags } = records;
  if (page.next !== undefined) {
    const further: IndexState = { ...state, cursor: page.next, tag };
    await store.commit({ writes: [catalogIndex.put(['index'], further)] });
    return { state: further, datasets: commits.length };
  }
  const revision = ((await catalogHead.get('head'))?.value.revision ?? 0) + 1;
  const whole: IndexState = { index: indexVersion, stage: 'whole', tag };
  await store.commit({
    writes: [
      catalogIndex.put(['index'], whole),
      catalogHead.put(['head'], { revision, tag }),
      catalogChanges.put([revision], { tag, dataset: '', touched: [] }),
      catalogTags.put([tag], { revision }),
    ],
  });
  return { state: whole, datasets: commits.length };
}

function indexed(records: Records, dataset: Dataset, tag: string): Write[] {
  const { datasets, listed, catalogEntries, catalogAccess, catalogConditions } = records;
  const sights = [...sightsOf(dataset).values()];
  const conditions = new Map(dataset.offers.flatMap(({ policy }) => [...accessOf(policy).conditions]));
  return [
    datasets.put([dataset.id], dataset),
    ...(dataset.listed && dataset.withdrawn === undefined ? [listed.put([dataset.id], {})] : []),
    ...sights.map(({ access }) => catalogEntries.put([...accessKey(access), dataset.id], {})),
    ...sights.map(({ access }) => catalogAccess.put(accessKey(access), { tag })),
    ...[...conditions].map(([digest, condition]) => catalogConditions.put([digest], condition)),
  ];
}
