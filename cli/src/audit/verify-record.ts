import { resolve } from 'node:path';
import {
  type AuditReport,
  EvidenceError,
  parseAuditBundle,
  type TrustBundle,
  verifyAudit,
  verifyTrustBundle,
} from '@causeway/evidence';
import { CliError } from '../errors.js';
import { folderLog, httpsLog, type ReadLog } from './log-reader.js';

/**
 * Verifies an exported record, by itself or against the published log too, believing nobody but whoever holds a pinned key.
 *
 * @param log an `https:` address, or a folder with a copy; without it nothing but the record is read
 * @param pins fingerprints of the authority's statement keys
 * @throws CliError UNREADABLE when the log is not there at all; everything else is a finding of the report
 */
export async function verifyRecord(
  bundle: Buffer,
  log: string | undefined,
  pins: readonly string[],
): Promise<AuditReport> {
  if (log === undefined) return verifyAudit(bundle, { pins });
  const read = await logReader(log, bundle, pins);
  return verifyAudit(bundle, {
    pins,
    checkpoint: read ? await checkpointOf(read, log) : '',
    fetchTile: async (path) => {
      if (!read) throw new EvidenceError('TILE_MISSING', 'the trust bundle does not hold', { data: { path } });
      return read(path);
    },
  });
}

async function checkpointOf(read: ReadLog, log: string): Promise<string> {
  try {
    return (await read('checkpoint')).toString('utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new CliError(
      'UNREADABLE',
      `The log at ${log} cannot be read: ${why}. Name its address or a copy with --log.`,
      {
        cause,
      },
    );
  }
}

/**
 * Reads the published log from a folder or over HTTPS. Whom to expect there is in the trust bundle, which counts only when a
 * pinned key signed it; without that nobody is asked anything, and the verifier says what is wrong with the bundle.
 */
async function logReader(address: string, bundle: Buffer, pins: readonly string[]): Promise<ReadLog | undefined> {
  if (!address.startsWith('https:')) return folderLog(resolve(address));
  let trust: TrustBundle;
  try {
    trust = await verifyTrustBundle(parseAuditBundle(bundle).trust, pins);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
  return httpsLog(trust, address);
}
