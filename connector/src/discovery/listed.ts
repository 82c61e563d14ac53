import { type DatasetEntry, EvidenceError, entryBytes, headLimits } from '@causeway/evidence';
import { keyParts } from '@causeway/platform';
import { formats } from '../dsp/vocabulary.js';
import { descriptionOf } from '../inspect/summary.js';
import type { Dataset } from '../model.js';
import type { Records } from '../records.js';

/** What the broker is told, and what it cannot be told. */
export interface Listed {
  readonly entries: readonly DatasetEntry[];
  /** Datasets whose owner wants them listed, but that do not fit, with the reason. */
  readonly unfit: readonly { readonly dataset: string; readonly why: string }[];
}

/** The datasets that their owner lists, as entries. One that does not fit is left out, so that it hides no other. */
export async function listedEntries(records: Records, publisherName?: string): Promise<Listed> {
  const entries: DatasetEntry[] = [];
  const unfit: { dataset: string; why: string }[] = [];
  for await (const { key } of records.listed.all()) {
    const value = (await records.datasets.get(...keyParts(key).slice(1)))?.value;
    if (value === undefined) continue;
    const why =
      entries.length === headLimits.entries
        ? `more than ${headLimits.entries} datasets are listed`
        : listingFlaw(value)?.message;
    if (why === undefined) entries.push(entryOf(value, publisherName));
    else unfit.push({ dataset: value.id, why });
  }
  return { entries, unfit };
}

/** What members are shown of a dataset: never its source, its offers or who may have it. */
export function entryOf(dataset: Dataset, publisherName?: string): DatasetEntry {
  const { id, title, keywords, category, region, classification, mediaType, source } = dataset;
  const description = descriptionOf(dataset);
  return {
    version: '1',
    id,
    title,
    keywords: [...new Set(keywords)],
    formats: [...formats],
    mediaType,
    ...(classification === undefined ? {} : { classification: String(classification) }),
    datasetVersion: source.version,
    bytes: String(source.bytes),
    ...(publisherName !== undefined && { publisherName }),
    ...(description !== undefined && { description }),
    ...(category !== undefined && { category }),
    ...(region !== undefined && { region }),
  };
}

/** Why a dataset cannot be an entry; `data.pointer` names the member, if it is one. */
export function listingFlaw(dataset: Dataset): EvidenceError | undefined {
  try {
    entryBytes(entryOf(dataset));
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}
