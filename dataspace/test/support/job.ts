import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetView, NegotiationView, TransferView } from '@causeway/cli';
import type { HostedFirm, HostedSpace } from '@causeway/dataspace';
import { type AuditReport, EvidenceError, type FetchTile, verifyAudit } from '@causeway/evidence';

/** The terms of an offer, as the management API takes them. */
export interface Terms {
  readonly assignees?: readonly string[];
  readonly until?: string;
  readonly count?: number;
  readonly purposes?: readonly string[];
  readonly auditors?: readonly string[];
}

const base = '/management/v1';
// With a clock that stands still a wait ends by what happens only.
const wait = 'wait=60';

/** Publishes a file; offered to whom the terms say. */
export function publish(
  owner: HostedFirm,
  name: string,
  file: string,
  terms: Terms,
  listed = true,
): Promise<DatasetView> {
  const body = { file, title: { en: name, zh: '采购订单' }, listed, offers: [{ terms }] };
  return owner.send('PUT', `${base}/datasets/${name}`, body);
}

/** Asks for a contract and waits for its end. */
export async function negotiate(
  user: HostedFirm,
  request: string,
  dataset: string,
  more: object = {},
): Promise<NegotiationView & { readonly offer: object }> {
  await user.send('PUT', `${base}/negotiations/${request}`, { dataset, ...more });
  return user.get(`${base}/negotiations/${request}?${wait}`);
}

/** A contract that must come about. Gives the digest of its agreement. */
export async function agree(user: HostedFirm, request: string, dataset: string): Promise<string> {
  const { state, agreement, reason } = await negotiate(user, request, dataset);
  if (state !== 'FINALIZED' || !agreement) throw new Error(`expected an agreement, got ${state}: ${reason?.en}`);
  return agreement;
}

/** Asks for the data, and waits for none of it. */
export function requestTransfer(
  user: HostedFirm,
  request: string,
  agreement: string,
  to: string,
  purpose?: string,
): Promise<TransferView> {
  return user.send('PUT', `${base}/transfers/${request}`, { agreement, to, ...(purpose && { purpose }) });
}

export function transferOf(user: HostedFirm, request: string, query = ''): Promise<TransferView> {
  return user.get(`${base}/transfers/${request}${query}`);
}

/** Gets the data, and waits for the end of the transfer and its record. */
export async function pull(
  user: HostedFirm,
  request: string,
  agreement: string,
  to: string,
  purpose?: string,
): Promise<TransferView> {
  await requestTransfer(user, request, agreement, to, purpose);
  return transferOf(user, request, `?${wait}`);
}

export function auditBundle(firm: HostedFirm, agreement: string): Promise<Buffer> {
  return firm.bytes(`${base}/agreements/${agreement}/audit-bundle`);
}

/** Where the clearing house of a space publishes. */
export function tilesOf(space: HostedSpace): string {
  return join(space.clearingHouse.home, 'tiles');
}

/** Reads published tiles from a folder, as `causeway audit verify --log FOLDER` does. */
export function tilesIn(folder: string): FetchTile {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (cause) {
      throw new EvidenceError('TILE_MISSING', `expected ${path} in ${folder}`, { cause, data: { path } });
    }
  };
}

/** Verifies an exported record against the log in a folder. */
export async function verifyAgainst(folder: string, bundle: Uint8Array, pin: string): Promise<AuditReport> {
  const checkpoint = await readFile(join(folder, 'checkpoint'), 'utf8');
  return verifyAudit(bundle, { pins: [pin], checkpoint, fetchTile: tilesIn(folder) });
}
