import type { Json } from '@causeway/evidence';
import { ConnectorError } from '../errors.js';
import { isObject } from './messages.js';

/** What a query of Eclipse EDC says beside its conditions; `sortField` would ask for an order. */
const harmless = ['@type', 'limit', 'offset', 'sortOrder', 'filterExpression'];

/**
 * Reads the filter of a CatalogRequestMessage. No condition is supported; Eclipse EDC sends a query with each request all the same,
 * which has none as long as nobody asks for one, and says how many datasets it wants.
 *
 * @returns how many, if it says so
 * @throws ConnectorError FILTER_UNSUPPORTED (Dataspace Protocol 2025-1, Catalog Protocol: 400)
 */
export function limitIn(filter: Json | undefined): number | undefined {
  const queries = filter === undefined ? [] : [filter].flat();
  const [query, ...others] = queries;
  if (query === undefined) return undefined;
  if (others.length > 0 || !isObject(query) || !filtersNothing(query)) {
    throw new ConnectorError('FILTER_UNSUPPORTED', 'This catalog supports no filter; ask without one.');
  }
  const { limit } = query;
  return typeof limit === 'number' && Number.isInteger(limit) && limit > 0 ? limit : undefined;
}

function filtersNothing(query: { readonly [key: string]: Json }): boolean {
  const { filterExpression, offset = 0 } = query;
  const conditions = Array.isArray(filterExpression) && filterExpression.length === 0;
  return conditions && offset === 0 && Object.keys(query).every((name) => harmless.includes(name));
}
