import type { Api } from './api.js';

export interface PageView<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * Follows the cursors of a list until `most` items came or the list ends: a page may be short, or empty even, without being
 * the last one.
 */
export async function collect<T, P extends { readonly next?: string }>(
  api: Pick<Api, 'get'>,
  path: string,
  options: { readonly most: number; readonly cursor?: string | undefined; items(page: P): readonly T[] },
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
