import type { Collection } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Process } from '../model.js';
import type { ProcessKind } from '../process/work.js';
import type { Records } from '../records.js';

/** An id that a client chose for what it asks for. @throws ConnectorError REQUEST_INVALID */
export function requestName(id: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(id)) return id;
  throw new ConnectorError('REQUEST_INVALID', `Expected an id of letters, digits, . _ and -; got ${id}.`);
}

/** A process by its pid or by the id a client chose for it. @throws ConnectorError NOT_FOUND */
export async function findProcess<R extends Process<string>>(
  records: Records,
  kind: ProcessKind,
  collection: Collection<R>,
  id: string,
): Promise<R> {
  const named = await records.pids.get(kind, 'request', id);
  const found = await collection.get(named?.value.pid ?? id);
  if (found) return found.value;
  throw new ConnectorError('NOT_FOUND', `There is no ${kind} ${id}.`);
}
