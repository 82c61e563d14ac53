import { readFile } from 'node:fs/promises';
import { type AuditReport, isDigest, verifyAudit } from '@causeway/evidence';
import { type Api, openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homePaths, readHome } from '../home.js';
import type { TransferView } from '../views.js';
import type { Refusal } from './releases.js';

/** One record as it is exported and explained, whoever's home it comes from. */
export interface RecordAtHand {
  readonly agreement: string;
  readonly bundle: Uint8Array;
  /** Verified by the pins of the home, without the log. */
  readonly report: AuditReport;
  /** The transfer that was asked for, when one was. */
  readonly transfer?: string;
  readonly refusals: readonly Refusal[];
}

/**
 * Gets the record of an agreement or of a transfer: at an auditor's home from the clearing house and the parties, at a party's
 * from its connector.
 *
 * @throws CliError HOME_MISSING, SERVICE_DOWN, REFUSED, FAILED, NOT_VERIFIED when the log is not the one it was
 */
export async function recordAt(home: string, id: string): Promise<RecordAtHand> {
  const { role } = await readHome(home);
  const asked = isDigest(id) ? {} : { transfer: id };
  if (role === 'auditor') {
    const { AuditDesk } = await import('./desk.js');
    await using desk = await AuditDesk.open(home);
    const { seen, bundle, report, refusals } = await desk.find(id);
    return { agreement: seen.agreement, bundle, report, refusals, ...asked };
  }
  const api = await openApi(home);
  const { agreement, ...transfer } = isDigest(id) ? { agreement: id } : await transferOf(api, id);
  const bundle = await api.bytes(`/management/v1/agreements/${encodeURIComponent(agreement)}/audit-bundle`);
  const pins = (await readFile(homePaths(home).pins, 'utf8')).split('\n').filter((pin) => pin !== '');
  return { agreement, bundle, report: await verifyAudit(bundle, { pins }), refusals: [], ...transfer };
}

/** The record names a transfer by the provider's pid. */
async function transferOf(api: Api, id: string): Promise<{ agreement: string; transfer: string }> {
  const view = await api.get<TransferView>(`/management/v1/transfers/${encodeURIComponent(id)}`);
  const { agreement, role, pid, peerPid } = view;
  const transfer = role === 'provider' ? pid : peerPid;
  if (transfer !== undefined) return { agreement, transfer };
  throw new CliError('REFUSED', `The provider has not answered for transfer ${id} yet: nothing of it is recorded.`);
}
