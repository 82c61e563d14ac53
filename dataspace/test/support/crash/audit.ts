import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadIdentity, PeerChannel } from '@causeway/certs/peer';
import { fsck } from '@causeway/clearing-house';
import { homePaths } from '@causeway/cli';
import { envelopeDigest, parseAuditBundle, readEnvelope, verifyAudit } from '@causeway/evidence';
import { ClearingHouse, type causeway } from '@causeway/proto';
import type { CrashSpace } from './crash-space.js';
import type { Side } from './job.js';

/** An envelope in the log, as the clearing house gives it to a party. */
export interface Logged {
  readonly record: string;
  readonly agreement: string;
  readonly signer: string;
  readonly sequence: number;
  readonly digest: string;
  readonly index: number;
}

/** Everything that the clearing house holds for one party: `List`, and `Get` for what has no room there. */
export async function logOf(space: CrashSpace, side: Side): Promise<Logged[]> {
  const identity = await loadIdentity(homePaths(space.service(side).home).identity);
  const channel = new PeerChannel({
    identity,
    address: `127.0.0.1:${space.service('clearing-house').port('clearing-house')}`,
    expect: { id: space.id('clearing-house'), role: 'clearing-house' },
  });
  const all: Logged[] = [];
  const take = ({ record, agreement, entries }: causeway.clearing.v1.Record) => {
    for (const { envelope, index } of entries) {
      const said = readEnvelope(envelope ?? '').envelope;
      const digest = envelopeDigest(envelope ?? '');
      const { signer, sequence } = said;
      all.push({ record, agreement, signer, sequence: Number(sequence), digest, index: Number(index) });
    }
  };
  try {
    for (let cursor = ''; ; ) {
      const { records, next } = await channel.unary(ClearingHouse.list, { cursor, limit: 50 });
      for (const record of records) {
        take(record as causeway.clearing.v1.Record);
        for (let more = record.next ?? ''; more !== ''; ) {
          const page = await channel.unary(ClearingHouse.get, { record: record.record, cursor: more });
          take(page);
          more = page.next;
        }
      }
      if (next === '') return all.sort((a, b) => a.index - b.index);
      cursor = next;
    }
  } finally {
    channel.close();
  }
}

/** Verifies what both sides export of an agreement against the tiles. @returns the digests of its envelopes, by side */
export async function audited(space: CrashSpace, agreement: string): Promise<Record<Side, readonly string[]>> {
  const tiles = join(space.service('clearing-house').home, 'tiles');
  const pins = (await readFile(homePaths(space.service('consumer').home).pins, 'utf8')).trim();
  const checkpoint = await readFile(join(tiles, 'checkpoint'), 'utf8');
  const of = async (side: Side) => {
    const api = await space.api(side);
    const bundle = await api.bytes(`/management/v1/agreements/${agreement}/audit-bundle`);
    const fetchTile = (path: string) => readFile(join(tiles, path));
    const { ok, findings } = await verifyAudit(bundle, { pins: pins.split('\n'), checkpoint, fetchTile });
    if (!ok) throw new Error(`the ${side}'s record of ${agreement} does not verify: ${JSON.stringify(findings)}`);
    return parseAuditBundle(bundle).entries.map(({ envelope }) => envelopeDigest(envelope));
  };
  return { provider: await of('provider'), consumer: await of('consumer') };
}

/** Re-derives the stopped clearing house's log. */
export function rederived(space: CrashSpace): ReturnType<typeof fsck> {
  return fsck(space.service('clearing-house').home);
}
