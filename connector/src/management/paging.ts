import { ConnectorError } from '../errors.js';

const most = 200;
const usual = 50;

/** Cursor and limit of a list. @throws ConnectorError REQUEST_INVALID */
export function pageOptions(query: Readonly<Record<string, string>>): {
  readonly cursor?: string;
  readonly limit: number;
} {
  const { cursor, limit = String(usual) } = query;
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new ConnectorError('REQUEST_INVALID', `Expected a limit from 1 to ${most}, got ${limit}.`);
  }
  return { limit: number, ...(cursor === undefined ? {} : { cursor }) };
}
