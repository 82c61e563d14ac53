import type { FetchTile } from '../tiles/path.js';
import type { AuditReport } from './report.js';

export async function verifyAudit(
  _bundle: Uint8Array,
  _options: { pins: readonly string[]; checkpoint: string; fetchTile: FetchTile },
): Promise<AuditReport> {
  throw new TypeError('being written');
}
