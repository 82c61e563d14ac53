import { Collection, type Store } from '@causeway/platform';
import { type Condition, upgradeDataset } from './catalog/access.js';
import type { CatalogChange, CatalogHead, IndexState } from './catalog/records.js';
import type { DutyRecord } from './duties/record.js';
import type { AttestedRecord } from './facts/attested.js';
import type {
  Agreement,
  Dataset,
  DecisionRecord,
  LogView,
  Negotiation,
  Operator,
  Restoration,
  Transfer,
  UnknownAgreement,
  Use,
} from './model.js';
import type { Release } from './release/release.js';
import type { StatementPlace } from './release/statement-index.js';

/** Every kind of record a connector stores, each under its own prefix. */
export interface Records {
  /** By id. Written by `catalog/ledger.ts` alone, with everything down to `catalogIndex`. */
  readonly datasets: Collection<Dataset>;
  /** The id of the dataset, by (offer id). */
  readonly offers: Collection<{ readonly dataset: string }>;
  /** The datasets that the broker is told of, by id. */
  readonly listed: Collection<object>;
  /** The datasets in the catalog, by (whom they are for, digest of the condition or '', id). */
  readonly catalogEntries: Collection<object>;
  /** Which revision last changed what is seen so, by (whom, digest of the condition or ''); those that show anything. */
  readonly catalogAccess: Collection<{ readonly tag: string }>;
  /** By digest. Kept: each is as small as a policy, and what has gone may have to be decided once more. */
  readonly catalogConditions: Collection<Condition>;
  /** By revision; the latest ones. */
  readonly catalogChanges: Collection<CatalogChange>;
  /** Their revisions, by tag. */
  readonly catalogTags: Collection<{ readonly revision: number }>;
  /** One record, key 'head'. */
  readonly catalogHead: Collection<CatalogHead>;
  /** One record, key 'index'. */
  readonly catalogIndex: Collection<IndexState>;
  /** By our own pid. */
  readonly negotiations: Collection<Negotiation>;
  readonly transfers: Collection<Transfer>;
  /** Our pid, by (kind, peer, peer's pid) and by (kind, 'request', the management client's id). */
  readonly pids: Collection<{ readonly pid: string }>;
  /** Processes that have not ended, by (kind, our pid): what a restart goes on with. */
  readonly open: Collection<{ readonly pid: string }>;
  /** Of those, the ones that a peer opened, by (kind, peer, our pid): they are counted against it. */
  readonly openedBy: Collection<{ readonly pid: string }>;
  /** By digest. */
  readonly agreements: Collection<Agreement>;
  /** The digest, by (peer, `@id` of the DSP agreement). */
  readonly agreementIds: Collection<{ readonly digest: Agreement['digest'] }>;
  /** The digests of the agreements on a dataset, by (dataset, digest). */
  readonly agreementsOf: Collection<{ readonly digest: Agreement['digest'] }>;
  /** Of an index that was made later than what it lists: that it is complete, by name. */
  readonly indexed: Collection<Readonly<Record<string, never>>>;
  /** Our pids of the transfers under an agreement, by (digest, pid). */
  readonly transfersOf: Collection<{ readonly pid: string }>;
  /** Our transfers of which bytes may lie in a partial file, by pid: a restart removes those of ended ones. */
  readonly partials: Collection<{ readonly pid: string }>;
  /** By digest. */
  readonly decisions: Collection<DecisionRecord>;
  /** By (agreement digest, rule, transfer pid). */
  readonly uses: Collection<Use>;
  /** How many uses of (agreement digest, rule) are reserved: what concurrent reservations are conditioned on. */
  readonly counts: Collection<{ readonly used: number }>;
  /** By (agreement digest, id). */
  readonly duties: Collection<DutyRecord>;
  /** By id. */
  readonly dutyIds: Collection<DutyKey>;
  /** At the consumer, by (when to look at it next, id). */
  readonly dutyWakes: Collection<DutyKey>;
  /** At the consumer, answers that are not in the log yet, by digest of their envelope. */
  readonly dutyAnswers: Collection<DutyKey & { readonly answer: number }>;
  /** At the provider, the pending ones by (agreement digest, due, id). */
  readonly dutiesDue: Collection<DutyKey>;
  /** At the provider, the violated ones that nobody excused, by (agreement digest, id). */
  readonly dutyBreaches: Collection<DutyKey>;
  /** `host:port` of a peer's exchange as its last delivery named it, by peer. */
  readonly exchanges: Collection<{ readonly endpoint: string }>;
  /** By envelope digest. */
  readonly receipts: Collection<{ readonly receipt: string; readonly index: string }>;
  /** Negotiations that wait for people, by (deadline, our pid). */
  readonly approvals: Collection<{ readonly pid: string }>;
  /** By name. */
  readonly operators: Collection<Operator>;
  /** What the latest attribute token of each participant said, by its id. */
  readonly attested: Collection<AttestedRecord>;
  /** Where each statement is kept, by its id; an agreement's own has the agreement's digest, and is not here. */
  readonly statements: Collection<StatementPlace>;
  /** What auditors were given, by (agreement digest, auditor, statement). */
  readonly releases: Collection<Release>;
  /** One record, key 'log'. */
  readonly logView: Collection<LogView>;
  /** One record, key 'store': this store is restored from an older back-up. */
  readonly restoration: Collection<Restoration>;
  /** Ours by the log and lost here, by digest. */
  readonly unknownAgreements: Collection<UnknownAgreement>;
  /** One record, key 'records': up to where the records that the clearing house lists were looked through. */
  readonly lookedThrough: Collection<{ readonly cursor: string }>;
}

/** The place of a duty. */
export interface DutyKey {
  readonly agreement: Agreement['digest'];
  readonly id: string;
}

const version = 1;

export function openRecords(store: Store): Records {
  return {
    datasets: new Collection(store, 'dataset', 2, upgradeDataset),
    offers: new Collection(store, 'offer', version),
    listed: new Collection(store, 'listed', version),
    catalogEntries: new Collection(store, 'catalog-entry', version),
    catalogAccess: new Collection(store, 'catalog-access', version),
    catalogConditions: new Collection(store, 'catalog-condition', version),
    catalogChanges: new Collection(store, 'catalog-change', version),
    catalogTags: new Collection(store, 'catalog-tag', version),
    catalogHead: new Collection(store, 'catalog-head', version),
    catalogIndex: new Collection(store, 'catalog-index', version),
    negotiations: new Collection(store, 'negotiation', version),
    transfers: new Collection(store, 'transfer', version),
    pids: new Collection(store, 'pid', version),
    open: new Collection(store, 'open', version),
    openedBy: new Collection(store, 'opened-by', version),
    agreements: new Collection(store, 'agreement', version),
    agreementIds: new Collection(store, 'agreement-id', version),
    agreementsOf: new Collection(store, 'agreement-of', version),
    indexed: new Collection(store, 'indexed', version),
    transfersOf: new Collection(store, 'transfer-of', version),
    partials: new Collection(store, 'partial', version),
    decisions: new Collection(store, 'decision', version),
    uses: new Collection(store, 'use', version),
    counts: new Collection(store, 'count', version),
    duties: new Collection(store, 'duty', version),
    dutyIds: new Collection(store, 'duty-id', version),
    dutyWakes: new Collection(store, 'duty-wake', version),
    dutyAnswers: new Collection(store, 'duty-answer', version),
    dutiesDue: new Collection(store, 'duty-due', version),
    dutyBreaches: new Collection(store, 'duty-breach', version),
    exchanges: new Collection(store, 'exchange', version),
    receipts: new Collection(store, 'receipt', version),
    approvals: new Collection(store, 'approval', version),
    operators: new Collection(store, 'operator', version),
    attested: new Collection(store, 'attested', version),
    statements: new Collection(store, 'statement', version),
    releases: new Collection(store, 'release', version),
    logView: new Collection(store, 'log-view', version),
    restoration: new Collection(store, 'restoration', version),
    unknownAgreements: new Collection(store, 'unknown-agreement', version),
    lookedThrough: new Collection(store, 'looked-through', version),
  };
}
