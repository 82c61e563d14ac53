import { noteVerifier } from '../note/vkey.js';
import type { FetchTile } from '../tiles/path.js';
import { authorityKeys, verifyTrustBundle } from '../trust/trust-bundle.js';
import { parseAuditBundle } from './bundle.js';
import { checkSequences, partiesOf, verifyEntries } from './entries.js';
import { openPublishedLog } from './published-log.js';
import { compareWithLog, verifyCheckpoint, verifyReceipts } from './receipts.js';
import { type AuditReport, Findings } from './report.js';
import { checkKeyTimes, readStatements } from './statements.js';
import { tellStory } from './story.js';

/** What no bundle can prove about itself. */
const unchecked = [
  'that the log holds no later envelope of this record than the bundle does',
  'that the log shows everybody the checkpoint it showed here: compare it with what others were shown',
  'that a file you hold is the one that was transferred: compare its SHA-256 with the end statement',
  'that what a duty statement says is so, and that no copy is left of what was deleted: it is the word of its signer',
  'that a decision follows from policy and facts: its digest alone is in the start statement',
] as const;

/**
 * Verifies the record of one agreement offline but for the published log: whom the authority vouches for, who signed what,
 * that both sides tell the same story, and that the log holds every envelope and never took one back.
 *
 * INVARIANT: every byte of the bundle, the published checkpoint and the tiles that are fetched is covered by a signature, a
 * hash or an exact comparison; one that is changed leads to a finding.
 *
 * @param bundle an {@link AuditBundle} as canonical JSON
 * @param options.pins fingerprints of the authority's statement keys: all that is believed beforehand
 * @param options.checkpoint the log's checkpoint (signed note) as published now
 * @param options.fetchTile fetches the published tiles; whatever it throws becomes a finding
 */
export async function verifyAudit(
  bundle: Uint8Array,
  options: { pins: readonly string[]; checkpoint: string; fetchTile: FetchTile },
): Promise<AuditReport> {
  const findings = new Findings();
  const report = (found: Partial<AuditReport> = {}): AuditReport => ({
    ok: findings.list.length === 0,
    findings: findings.list,
    checks: findings.checks,
    unchecked,
    treeSize: 0n,
    indexes: [],
    ...found,
  });

  const audited = await findings.during('bundle', 1, () =>
    findings.attempt('BUNDLE_INVALID', 'bundle', () => parseAuditBundle(bundle)),
  );
  if (!audited) return report();
  const { entries, statements } = audited;

  const trust = await findings.during('trust', 1, () =>
    findings.attempt('TRUST_INVALID', 'bundle#/trust', async () => {
      const trusted = await verifyTrustBundle(audited.trust, options.pins);
      return { authorities: authorityKeys(trusted), log: noteVerifier(trusted.clearingHouse.vkey) };
    }),
  );
  if (!trust) return report();
  const { authorities, log } = trust;

  const signed = await findings.during('envelopes', entries.length, () =>
    verifyEntries(audited, authorities, findings),
  );
  const released = await findings.during('statements', statements.length, () =>
    readStatements(audited, signed, findings),
  );
  const story = await findings.during('record', signed.length, () => {
    checkSequences(signed, findings);
    const parties = partiesOf(signed, findings);
    if (!parties) return undefined;
    checkKeyTimes(released, parties, findings);
    return tellStory(signed, released, parties, findings);
  });

  const leaves = await findings.during('receipts', entries.length, () => verifyReceipts(audited, log, findings));
  const indexes = leaves.map(({ index }) => index);
  // The two checkpoints, and each leaf at its place.
  const treeSize = await findings.during('log', leaves.length + 2, async () => {
    const held = await verifyCheckpoint(audited.checkpoint, log, 'bundle#/checkpoint', findings);
    const checkpoint = await verifyCheckpoint(options.checkpoint, log, 'checkpoint', findings);
    if (!checkpoint) return 0n;
    const published = await openPublishedLog(checkpoint, options.fetchTile, findings);
    if (!published) return checkpoint.size;
    const earlier = held ? [{ where: 'bundle#/checkpoint', checkpoint: held }] : [];
    await compareWithLog(earlier, leaves, { checkpoint, log: published }, findings);
    return checkpoint.size;
  });
  return report({ treeSize, indexes, ...(story ? { story } : {}) });
}
