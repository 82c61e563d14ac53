import { HttpProblem } from '../http/problem.js';
import type { Page } from '../store/collection.js';
import { ok, type Reply } from './operation.js';

const most = 200;
const usual = 50;

/** What a list takes, as OpenAPI says it. */
export const pageQuery = {
  cursor: '`next` of the page before',
  limit: `Most items, 1 to ${most}; ${usual} unless given`,
} as const;

/** Cursor and limit of a list. @throws HttpProblem 422 REQUEST_INVALID */
export function pageOptions(query: Readonly<Record<string, string>>): {
  readonly cursor?: string;
  readonly limit: number;
} {
  const { cursor, limit = String(usual) } = query;
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new HttpProblem(422, 'REQUEST_INVALID', `Expected a limit from 1 to ${most}, got ${limit}.`);
  }
  return { limit: number, ...(cursor === undefined ? {} : { cursor }) };
}

/** A page of a list as it is answered, each item as `view` shows it. */
export async function pageReply<T>(
  { items, next }: Page<T>,
  view: (item: T) => object | Promise<object>,
): Promise<Reply> {
  const shown = await Promise.all(items.map((item) => view(item)));
  return ok({ items: shown, ...(next === undefined ? {} : { next }) });
}
