import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { ensureDir, type Logger, messageOf, StoreError } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Operation } from './operation.js';
import { bodyReader } from './read-body.js';

const readBackup = bodyReader<{ readonly folder: string }>('NewBackup');

export interface BackupContext {
  /** Writes the store as it stands in one instant into a new folder. */
  readonly copyStore: (folder: string) => Promise<{ readonly entries: number; readonly bytes: number }>;
  readonly log: Logger;
}

/** A copy of the store while the connector goes on. Who restores it goes on by `restoring/store-check.ts`. */
export function backupOperation({ copyStore, log }: BackupContext): Operation {
  return {
    method: 'post',
    path: '/backups',
    id: 'copyStore',
    summary: 'Copies the store, as it stands in one instant, into a folder that does not exist yet',
    body: 'NewBackup',
    answer: 'Backup',
    statuses: [201],
    async handle({ body }) {
      const { folder } = readBackup(body);
      if (!isAbsolute(folder)) throw new ConnectorError('REQUEST_INVALID', 'Expected an absolute path for the copy.');
      if (existsSync(folder))
        throw new ConnectorError('ALREADY_EXISTS', `${folder} exists already; name another folder.`);
      await ensureDir(folder).catch((cause: unknown) => {
        throw new ConnectorError('SINK_UNWRITABLE', `${folder} cannot be made: ${messageOf(cause)}`, { cause });
      });
      const copied = await copyStore(folder).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        throw new ConnectorError('SINK_UNWRITABLE', error.message, { cause: error });
      });
      log.info({ folder, ...copied }, 'store copied');
      return { status: 201, body: { folder, ...copied } };
    },
  };
}
