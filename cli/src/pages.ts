import type { Api } from './api.js';

export interface PageView<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface Collecting {
  readonly most: number;
  readonly cursor?: string | undefined;
}

/**
 * Follows the cursors of a list until `most` items came or the list ends: a page may be short, or empty even, without being
 * the last one.
 */
export function collect<T>(api: Pick<Api, 'get'>, path: string, options: Collecting): Promise<PageView<T>> {
  return collectIn<T, PageView<T>>(api, path, { ...options, items: ({ items }) => items });
}

/** The same where a page holds its items under another name. */
export async function collectIn<T, P extends { readonly next?: string }>(
  api: Pick<Api, 'get'>,
  path: string,
  options: Collecting & { items(page: P): readonly T[] },
): Promise<PageView<T>> {
  const items: T[] = [];
  let cursor = options.cursor;
  do {
    const query = cursor === undefined ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const page = await api.get<P>(`${path}${query}`);
    items.push(...options.items(page));
    cursor = page.next;
  } while (cursor !== undefined && items.length < options.most);
  return { items, ...(cursor !== undefined && { next: cursor }) };
}
