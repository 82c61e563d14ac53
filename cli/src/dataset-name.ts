import { createHash } from 'node:crypto';
import type { Api } from './api.js';

/** What a dataset's local name may be. */
export const localNameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const digestLength = 16;
const longestExtension = 20;

/**
 * The name of a dataset from the name of its file: the same where that will do; else what of it will do and a digest of all of
 * it, so that two files whose names differ never become one dataset. `订单 lines.csv` → `lines-1f3c5a7990b1d2e4.csv`.
 */
export function localName(file: string): string {
  if (localNameForm.test(file)) return file;
  const name = file.normalize('NFC');
  const digest = createHash('sha256').update(name).digest('hex').slice(0, digestLength);
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot);
  const plain = dot > 0 && extension.length <= longestExtension && /^\.[A-Za-z0-9]+$/.test(extension);
  const words = (plain ? name.slice(0, dot) : name).replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[._-]+|[._-]+$/g, '');
  return `${words.slice(0, 100 - longestExtension - digestLength - 1) || 'data'}-${digest}${plain ? extension : ''}`;
}

/** Where the API has a dataset of ours, by its name or its id. */
export function datasetPath(nameOrId: string): string {
  return `/management/v1/datasets/${encodeURIComponent(nameOrId.slice(nameOrId.lastIndexOf(':') + 1))}`;
}

/** The id of a dataset; of a name alone, that of ours. */
export async function datasetId(api: Pick<Api, 'get'>, nameOrId: string): Promise<string> {
  if (nameOrId.includes(':')) return nameOrId;
  return (await api.get<{ readonly id: string }>(datasetPath(nameOrId))).id;
}
