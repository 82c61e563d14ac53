import { noteVerifier } from '../note/vkey.js';
import type { FetchTile } from '../tiles/path.js';
import { authorityKeys, verifyTrustBundle } from '../trust/trust-bundle.js';
import { parseAuditBundle } from './bundle.js';
import { checkConsistency } from './consistency.js';
import { checkSequences, partiesOf, type SignedEntry, verifyEntries } from './entries.js';
import { checkLogOrder } from './log-order.js';
import { openPublishedLog } from './published-log.js';
import { compareWithLog, type LoggedLeaf, verifyCheckpoint, verifyReceipts } from './receipts.js';
import { type AuditReport, Findings, type LoggedEntry, type Words } from './report.js';
import { checkKeyTimes, readStatements } from './statements.js';
import { tellStory } from './story.js';

/** What no bundle can prove about itself. */
const unchecked: readonly Words[] = [
  {
    en: 'that the log holds no later envelope of this record than the bundle does',
    zh: '日志中是否还有本记录之后的、未包含在本文件中的签名信封',
  },
  {
    en: 'that the log shows everybody the checkpoint it showed here: compare it with what others were shown',
    zh: '日志向所有人出示的检查点是否与此处相同：请与他人所见的检查点比对',
  },
  {
    en: 'that a file you hold is the one that was transferred: compare its SHA-256 with the end statement',
    zh: '您手中的文件是否就是所传输的文件：请将其 SHA-256 与结束声明比对',
  },
  {
    en: 'that what a duty statement says is so, and that no copy is left of what was deleted: it is the word of its signer',
    zh: '义务声明所述是否属实、已删除的数据是否没有留下副本：这只是签名者的陈述',
  },
  {
    en: 'that a decision follows from policy and facts: its digest alone is in the start statement',
    zh: '决定是否由策略和事实得出：开始声明中只有决定记录的摘要',
  },
];

const uncheckedAlone: Words = {
  en: 'that the log has not forked, shrunk or gone since the checkpoint in the bundle: check it against the published log too',
  zh: '在本文件的检查点之后，日志是否分叉、回退或消失：请再与公开的日志核对',
};

/** What a bundle is verified by. Without `checkpoint` and `fetchTile` the bundle has to stand for itself. */
export type AuditOptions = {
  /** Fingerprints of the authority's statement keys: all that is believed beforehand. */
  readonly pins: readonly string[];
} & (
  | {
      /** The log's checkpoint (signed note) as published now. */
      readonly checkpoint: string;
      /** Fetches the published tiles; whatever it throws becomes a finding. */
      readonly fetchTile: FetchTile;
    }
  | { readonly checkpoint?: undefined; readonly fetchTile?: undefined }
);

/**
 * Verifies the record of one agreement: whom the authority vouches for, who signed what, that both sides tell the same story,
 * and that the log holds every envelope and never took one back: up to the bundle's checkpoint by the bundle alone, and up to
 * now where the published log is given too.
 *
 * INVARIANT: every byte of the bundle, the published checkpoint and the tiles that are fetched is covered by a signature, a
 * hash or an exact comparison; one that is changed leads to a finding.
 *
 * @param bundle an {@link AuditBundle} as canonical JSON
 */
export async function verifyAudit(bundle: Uint8Array, options: AuditOptions): Promise<AuditReport> {
  const alone = options.checkpoint === undefined;
  const findings = new Findings();
  const report = (found: Partial<AuditReport> = {}): AuditReport => ({
    ok: findings.list.length === 0,
    findings: findings.list,
    checks: findings.checks,
    unchecked: alone ? [uncheckedAlone, ...unchecked] : unchecked,
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
  const told = await findings.during('record', signed.length, () => {
    checkSequences(signed, findings);
    const parties = partiesOf(signed, findings);
    if (!parties) return undefined;
    checkKeyTimes(released, parties, findings);
    return { parties, story: tellStory(signed, released, parties, findings) };
  });
  const { leaves, placed } = await findings.during('receipts', entries.length, async () => {
    const leaves = await verifyReceipts(audited, log, findings);
    const placed = withPlaces(signed, leaves);
    checkLogOrder(placed, released, findings);
    return { leaves, placed };
  });
  const held = await findings.during('consistency', leaves.length + 1, async () => {
    const checkpoint = await verifyCheckpoint(audited.checkpoint, log, 'bundle#/checkpoint', findings);
    if (checkpoint) await checkConsistency(audited, checkpoint, leaves, alone, findings);
    return checkpoint;
  });
  const { agreement } = audited;
  const found = {
    indexes: leaves.map(({ index }) => index),
    ...(told && {
      story: told.story,
      record: { agreement, parties: told.parties, entries: placed, statements: released },
    }),
  };
  if (options.checkpoint === undefined) return report({ ...found, treeSize: held?.size ?? 0n });

  // The two checkpoints, and each leaf at its place.
  const treeSize = await findings.during('log', leaves.length + 2, async () => {
    const checkpoint = await verifyCheckpoint(options.checkpoint, log, 'checkpoint', findings);
    if (!checkpoint) return 0n;
    const published = await openPublishedLog(checkpoint, options.fetchTile, findings);
    if (!published) return checkpoint.size;
    const earlier = held ? [{ where: 'bundle#/checkpoint', checkpoint: held }] : [];
    await compareWithLog(earlier, leaves, { checkpoint, log: published }, findings);
    return checkpoint.size;
  });
  return report({ ...found, treeSize });
}

function withPlaces(signed: readonly SignedEntry[], leaves: readonly LoggedLeaf[]): LoggedEntry[] {
  const places = new Map(leaves.map(({ where, index }) => [where, index]));
  return signed.map((entry) => {
    const index = places.get(`${entry.where}/receipt`);
    return index === undefined ? entry : { ...entry, index };
  });
}
