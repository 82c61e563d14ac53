import { auditorsOf } from '@causeway/evidence';
import { extension, httpPull } from '../dsp/vocabulary.js';
import { descriptionOf } from '../inspect/summary.js';
import type { Agreement, Approval, Dataset, Negotiation, Offer, Process, Transfer } from '../model.js';
import type { DataPlane, EvidenceLog } from '../ports.js';
import { inDoubt } from '../process/record.js';
import { wordsOf } from './words.js';

function processView(record: Process<string> & { readonly request?: string; readonly dataset: string }): object {
  return {
    ...(record.request === undefined ? {} : { request: record.request }),
    pid: record.pid,
    ...(record.peerPid === undefined ? {} : { peerPid: record.peerPid }),
    role: record.role,
    peer: record.peer,
    dataset: record.dataset,
    state: record.state,
    inDoubt: inDoubt(record),
    ...(record.intent === undefined ? {} : { intent: record.intent.state }),
    ...withReason(record),
    ...(record.parked === undefined ? {} : { parked: record.parked }),
    created: record.created,
    updated: record.updated,
  };
}

function withReason(record: Process<string>): object {
  const reason = record.intent?.reason ?? record.reason;
  return reason === undefined ? {} : { reason };
}

/** As a list shows it. */
export function negotiationEntry(record: Negotiation): object {
  return {
    ...processView(record),
    offer: record.offer,
    ...(record.agreement === undefined ? {} : { agreement: record.agreement }),
    ...(record.approval === undefined ? {} : { approval: approvalOf(record.approval) }),
  };
}

export function negotiationView(record: Negotiation): object {
  return { ...negotiationEntry(record), words: wordsOf(record.offer) };
}

function approvalOf({ moves: _asked, ...approval }: Approval): object {
  return approval;
}

/** As a list shows it. */
export function agreementEntry(agreement: Agreement): object {
  const { digest, id, role, peer, dataset, negotiation, policy, theirs, finalized, ended, created } = agreement;
  return {
    ...{ digest, id, role, peer, dataset, negotiation, policy, created },
    oneSided: theirs === undefined,
    auditors: auditorsOf(policy),
    ...(policy[extension.unboundTokens] === true ? { unboundTokens: true } : {}),
    ...(finalized === undefined ? {} : { finalized }),
    ...(ended === undefined ? {} : { ended: { by: ended.by, at: ended.at, reason: ended.reason } }),
  };
}

export function agreementView(agreement: Agreement): object {
  return { ...agreementEntry(agreement), words: wordsOf(agreement.policy) };
}

export function datasetView(dataset: Dataset): object {
  const { source, offers, ...rest } = dataset;
  const { path, version, bytes } = source;
  const description = descriptionOf(dataset);
  return {
    ...rest,
    ...(description === undefined ? {} : { description }),
    source: { path, version, bytes },
    offers: offers.map(offerView),
  };
}

/** A transfer with how far its bytes and their record are. */
export async function transferView(
  record: Transfer,
  evidence: EvidenceLog,
  plane: Pick<DataPlane, 'progress' | 'trouble'>,
): Promise<object> {
  const closing = closingOf(record);
  const bytes = closing === undefined ? (plane.progress(record.pid) ?? record.sink?.bytes) : Number(closing.bytes);
  const digest = closing?.digest ?? record.sink?.digest;
  const size = sizeOf(record);
  const logged = await loggedAt(record, evidence);
  const trouble = plane.trouble(record.pid);
  return {
    ...processView(record),
    agreement: record.agreement,
    format: record.format,
    ...(record.unbound ? { token: 'unbound' } : {}),
    ...(oneSided(record) ? { oneSided: true } : {}),
    ...(record.purpose === undefined ? {} : { purpose: record.purpose }),
    ...(size === undefined ? {} : { size }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(record.sink === undefined ? {} : { path: record.sink.path, stage: record.sink.stage }),
    ...(digest === undefined ? {} : { digest }),
    ...(logged === undefined ? {} : { endLogIndex: logged }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** What there is to say of it is said by one side: the other signed nothing of it, and `HttpData-PULL` has no receipts. */
function oneSided({ format, end, state }: Transfer): boolean {
  if (format === httpPull) return end?.consumer === undefined;
  return state === 'COMPLETED' && end !== undefined && end.consumer === undefined;
}

function closingOf(record: Transfer): { bytes: string; digest: string } | undefined {
  if (record.end === undefined) return undefined;
  const own = record.end.disputed ?? record.end;
  const { bytes, digest } = JSON.parse(own.statement) as { bytes: string; digest: string };
  return { bytes, digest };
}

function sizeOf(record: Transfer): number | undefined {
  if (record.start === undefined) return undefined;
  return Number((JSON.parse(record.start.statement) as { size: string }).size);
}

/** Index of the last entry of the closing record, once all that we hold of it is in the log. */
async function loggedAt(record: Transfer, evidence: EvidenceLog): Promise<string | undefined> {
  const { end } = record;
  if (end === undefined || (end.consumer === undefined && record.format !== httpPull)) return undefined;
  const envelopes = end.consumer === undefined ? [end.provider] : [end.provider, end.consumer];
  const receipts = await evidence.receipts(envelopes);
  if (receipts.length < envelopes.length) return undefined;
  const indexes = receipts.map(({ index }) => BigInt(index)).toSorted((a, b) => (a < b ? -1 : 1));
  return indexes.at(-1)?.toString();
}

function offerView({ id, policy, approval, negotiable }: Offer): object {
  return {
    ...{ id, policy, words: wordsOf(policy) },
    ...(approval === undefined ? {} : { approval }),
    ...(negotiable === undefined ? {} : { negotiable }),
  };
}
