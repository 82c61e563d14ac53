import { isAbsolute } from 'node:path';
import { type Digest, isDigest } from '@causeway/evidence';
import type { Clock, Store } from '@causeway/platform';
import { type Format, grpcPull, httpPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject, Transfer } from '../model.js';
import type { DataPlane, EvidenceLog } from '../ports.js';
import type { Records } from '../records.js';
import type { Transfers } from '../transfer/transfers.js';
import { operatorReason } from './contracts.js';
import { findProcess, requestName } from './lookup.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';
import { bodyReader } from './read-body.js';
import { transferView } from './views.js';
import { settledOrLate, waitOf } from './wait.js';

export interface TransferContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly records: Records;
  readonly evidence: EvidenceLog;
  readonly transfers: Transfers;
  readonly dataPlane: DataPlane;
}

const moves = [
  ['terminate', 'Ends a transfer: its streams close at once'],
  ['suspend', 'Pauses a transfer: its streams close at once; only we can resume it'],
  ['resume', 'Goes on with a transfer that we suspended'],
] as const;

/** Transfers of either role. */
export function transferOperations(context: TransferContext): Operation[] {
  const { records, transfers, evidence, dataPlane } = context;
  const find = (id: string): Promise<Transfer> => findProcess(records, 'transfer', records.transfers, id);
  /** Provider: why it was let start, as an auditor takes the decision again (`causeway policy decide`). */
  const decided = async ({ role, start, agreement }: Transfer): Promise<object> => {
    if (role !== 'provider' || start === undefined) return {};
    const { decision } = JSON.parse(start.statement) as { decision: Digest };
    const [kept, agreed] = await Promise.all([records.decisions.get(decision), records.agreements.get(agreement)]);
    if (kept === undefined || agreed === undefined) return {};
    return { decided: { policy: agreed.value.policy, record: JSON.parse(kept.value.record) as JsonObject } };
  };
  const view = (record: Transfer): Promise<object> => transferView(record, evidence, dataPlane);
  const act = {
    terminate: (pid: string, body: unknown) => transfers.terminate(pid, operatorReason(body)),
    suspend: (pid: string, body: unknown) => transfers.suspend(pid, operatorReason(body)),
    resume: (pid: string) => transfers.resume(pid),
  };
  return [
    {
      method: 'put',
      path: '/transfers/{id}',
      id: 'requestTransfer',
      summary: 'Gets the data of an agreement into a file; the same id again creates nothing',
      body: 'TransferRequest',
      answer: 'Transfer',
      statuses: [200, 201],
      async handle({ params: { id = '' }, body }) {
        const asked = readRequest(requestName(id), body);
        const { record, created } = await transfers.request(asked);
        const { agreement, sink, purpose, format } = record;
        const same = agreement === asked.agreement && sink?.path === asked.to && purpose === asked.purpose;
        if (!same || format !== (asked.format ?? grpcPull)) {
          throw new ConnectorError('ALREADY_EXISTS', 'This id was used to ask for something else; choose another.');
        }
        return { status: created ? 201 : 200, body: await view(record) };
      },
    },
    {
      method: 'get',
      path: '/transfers',
      id: 'listTransfers',
      summary: 'Lists transfers of either role',
      query: pageQuery,
      answer: 'TransferPage',
      handle: async ({ query }) =>
        pageReply(await records.transfers.page(pageOptions(query)), ({ value }) => view(value)),
    },
    {
      method: 'get',
      path: '/transfers/{id}',
      id: 'getTransfer',
      summary: 'Shows a transfer, by its pid or by the id chosen for it',
      query: { wait: 'Seconds to wait for its end and for the log to hold its closing record, at most 60' },
      answer: 'Transfer',
      async handle({ params: { id = '' }, query, signal }) {
        const { pid } = await find(id);
        const prefixes = [records.transfers.key(pid), records.receipts.key()];
        return ok(
          await settledOrLate({ ...context, prefixes, signal }, waitOf(query), async () => {
            const record = await find(pid);
            const value = { ...(await view(record)), ...(await decided(record)) };
            return { value, settled: isSettled(record, value) };
          }),
        );
      },
    },
    ...moves.map(
      ([move, summary]): Operation => ({
        method: 'post',
        path: `/transfers/{id}/${move}`,
        id: `${move}Transfer`,
        summary,
        body: 'Ending',
        answer: 'Transfer',
        async handle({ params: { id = '' }, body }) {
          const { pid } = await find(id);
          return ok(await view(await act[move](pid, body)));
        },
      }),
    ),
  ];
}

/** It has ended, and what it left behind is in the log; or it waits for a person. */
function isSettled(record: Transfer, view: object): boolean {
  if (record.parked !== undefined) return true;
  if (record.state !== 'COMPLETED' && record.state !== 'TERMINATED') return false;
  // What had been received of one that was stopped is still to be removed.
  if (record.sink?.stage === 'receiving' && record.end === undefined) return false;
  const logged = record.end?.consumer !== undefined || (record.end !== undefined && record.format === httpPull);
  return !logged || 'endLogIndex' in view;
}

interface Asked {
  readonly agreement: string;
  readonly to: string;
  readonly purpose?: string;
  readonly format?: Format;
}
const readAsked = bodyReader<Asked>('TransferRequest');

function readRequest(request: string, body: unknown): Parameters<Transfers['request']>[0] {
  const { agreement, to, purpose, format } = readAsked(body);
  if (!isAbsolute(to)) {
    throw new ConnectorError('REQUEST_INVALID', `Expected an absolute path to put the data at, got ${to}.`);
  }
  if (!isDigest(agreement)) {
    throw new ConnectorError('REQUEST_INVALID', `Expected the digest of an agreement, got ${agreement}.`);
  }
  return { request, agreement, to, ...(purpose === undefined ? {} : { purpose }), ...(format && { format }) };
}
