import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceError, type TrustBundle } from '@causeway/evidence';
import { fileTrouble } from '../errors.js';

/** Reads one file of the published log by its path, as `checkpoint` or `tile/0/000`. */
export type ReadLog = (path: string) => Promise<Buffer>;

const answerTimeoutMs = 10_000;
const maxTileBytes = 65_536;

/** Reads the published log over HTTPS; whoever answers must be the clearing house of the trust bundle. */
export async function httpsLog(trust: TrustBundle, address = trust.clearingHouse.https): Promise<ReadLog> {
  const { peerRequest } = await import('@causeway/certs/peer');
  const base = address.replace(/\/$/, '');
  const identity = { roots: trust.roots };
  return async (path) => {
    const { status, bytes } = await peerRequest({
      identity,
      url: `${base}/${path}`,
      expect: { id: trust.clearingHouse.id, role: 'clearing-house' },
      method: 'GET',
      timeoutMs: answerTimeoutMs,
      maxBytes: maxTileBytes,
    });
    if (status === 200) return bytes;
    throw new EvidenceError('TILE_MISSING', `expected ${path} from ${base}; status ${status} came`, { data: { path } });
  };
}

/** A copy of the published log. A tile that is missing is a finding of the verifier, with its place. */
export function folderLog(folder: string): ReadLog {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (cause) {
      const data = { path };
      throw new EvidenceError('TILE_MISSING', `expected ${path} in ${folder}; ${fileTrouble(cause)}`, { data, cause });
    }
  };
}
