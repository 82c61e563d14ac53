export {
  type AuditBundle,
  type AuditEntry,
  auditBundleBytes,
  auditBundleLimit,
  type ConsistencyProof,
  parseAuditBundle,
} from './audit/bundle.js';
export { proveBeginnings, treeSizes } from './audit/consistency.js';
export type {
  AuditReport,
  Check,
  DutyStory,
  EndedStory,
  Finding,
  FindingCode,
  StoppedStory,
  Story,
  TransferStory,
  Unreleased,
  Words,
} from './audit/report.js';
export { type AuditOptions, verifyAudit } from './audit/verify-audit.js';
export { type DatasetEntry, entryBytes, entryLimits, parseEntry, publisherOf } from './dataset-entry.js';
export { type Digest, digestOf, isDigest } from './digest.js';
export { EvidenceError, type EvidenceErrorCode, type EvidenceErrorData } from './errors.js';
export {
  buildHead,
  type EntryTree,
  entryTree,
  type Head,
  headLimits,
  isDatasetOf,
  readHead,
  type SignedHead,
  signHead,
} from './head.js';
export {
  type DropReason,
  dropReasons,
  type HeadContext,
  type Hit,
  type Verdict,
  verifyEntry,
  verifyHead,
} from './hit.js';
export { canonicalJson, type Json, parseCanonical } from './json/canonical.js';
export { type Jwk, jwkOf, publicKeyOf, thumbprint } from './jws/jwk.js';
export { readJson, type SignedJson, signJson, verifyJson, verifySigned } from './jws/signed-json.js';
export { type SigningKey, signingKeyFrom } from './jws/signing-key.js';
export { emptyRoot, hashLength, leafHash, nodeHash } from './merkle/hashing.js';
export { type HashReader, proveConsistency, proveInclusion, rootOf } from './merkle/prove.js';
export { inclusionProofOf, merkleRoot, proofTree } from './merkle/tree.js';
export { verifyConsistency, verifyInclusion } from './merkle/verify.js';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './note/checkpoint.js';
export { noteLimits, type OpenedNote, openNote, signNote } from './note/signed-note.js';
export { formatReceipt, type ReceiptParts, readReceipt, verifyReceipt } from './note/tlog-proof.js';
export { type NoteVerifier, noteVerifier, vkeyOf } from './note/vkey.js';
export { auditorsMember, auditorsOf } from './record/auditors.js';
export {
  type Envelope,
  envelopeDigest,
  envelopeLimit,
  type Parties,
  readEnvelope,
  signEnvelope,
  verifyEnvelope,
  verifyEnvelopeBy,
} from './record/envelope.js';
export { leafData, leafLength } from './record/leaf.js';
export {
  type AgreementStatement,
  type DutyStatement,
  dutyResults,
  type EndStatement,
  parseStatement,
  type StartStatement,
  type Statement,
  saltOf,
  statementLimit,
  writeStatement,
} from './record/statement.js';
export { type AgreementEndStatement, stoppingLimits, type TransferStopStatement } from './record/stopping.js';
export { decodeEntries, encodeEntries } from './tiles/entry-bundle.js';
export { entriesPath, type FetchTile, type TileId, tileHeight, tilePath, tileWidth, widthIn } from './tiles/path.js';
export { tileHashReader } from './tiles/tile-hash-reader.js';
export { VerifiedTiles } from './tiles/verified-tiles.js';
export {
  type AuthorityKeys,
  issueKeyStatement,
  type KeyStatement,
  type VerifiedKey,
  verifyKeyStatement,
} from './trust/key-statement.js';
export { Remembered } from './trust/remembered.js';
export { authorityKeys, issueTrustBundle, type TrustBundle, verifyTrustBundle } from './trust/trust-bundle.js';
