import { Command } from 'commander';
import { type Api, openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption } from '../options.js';
import { bytes, type Output } from '../output.js';
import { collect } from '../pages.js';
import {
  type AgreementView,
  type DutyView,
  isOffered,
  type NegotiationView,
  type ReleaseView,
  reasonWords,
  type TransferView,
  terms,
  told,
} from '../views.js';

/** `causeway show`: how a negotiation, a transfer or an agreement stands, whoever waits for it or not. */
export function showCommand(output: Output): Command {
  return new Command('show')
    .description('show how a negotiation, a transfer or an agreement stands')
    .argument(
      '<id>',
      'of a transfer or a negotiation, as pull, request or an error named it; or the digest of an agreement',
    )
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway show 0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b --home ./hydraulics')
    .action(async (id: string, { home }: { home: string }) => {
      const api = await openApi(home);
      if (id.startsWith('sha-256:')) return showAgreement(api, id, output);
      const transfer = await found<TransferView>(api, 'transfers', id);
      const negotiation = transfer ? undefined : await found<NegotiationView>(api, 'negotiations', id);
      const view = transfer ?? negotiation;
      if (!view) {
        throw new CliError('REFUSED', `The connector of ${home} knows no transfer and no negotiation ${id}.`);
      }
      const kind = transfer ? 'transfer' : 'negotiation';
      output.line(
        `${kind} ${view.pid}: ${view.state}${view.inDoubt ? ', not acknowledged by the other side yet' : ''}`,
      );
      output.line(`  dataset ${view.dataset}`);
      output.line(`  with    ${view.peer}`);
      for (const line of transfer ? progress(transfer) : []) output.line(`  ${line}`);
      const duties = transfer ? await dutiesOf(api, transfer) : [];
      for (const line of duties.flatMap(told)) output.line(`  ${line}`);
      for (const line of negotiation ? terms(negotiation) : []) output.line(`  ${line}`);
      if (negotiation) for (const line of approvals(negotiation)) output.line(`  ${line}`);
      if (negotiation && isOffered(negotiation)) output.line(`  offered to you: causeway accept ${id} --home ${home}`);
      if (negotiation?.agreement) output.line(`  agreement ${negotiation.agreement}`);
      if (transfer?.trouble) output.line(`  what keeps it: ${transfer.trouble}`);
      if (view.parked) output.line(`  parked: somebody has to look at it: ${reasonWords(view.parked)}`);
      if (view.reason) output.line(`  ${reasonWords(view.reason)}`);
      output.result({ kind, ...view, ...(duties.length > 0 && { duties }) });
    });
}

async function showAgreement(api: Api, id: string, output: Output): Promise<void> {
  const agreement = await api.get<AgreementView>(`/management/v1/agreements/${id}`);
  const { digest, peer, role, dataset, finalized, ended, auditors = [] } = agreement;
  output.line(`agreement ${digest}: ${ended ? 'ended' : finalized === undefined ? 'not in force yet' : 'in force'}`);
  output.line(`  dataset ${dataset}`);
  output.line(`  with    ${peer}, its ${role === 'provider' ? 'consumer' : 'provider'}`);
  if (ended) output.line(`  ended by ${ended.by} at ${new Date(ended.at).toISOString()}: ${reasonWords(ended.reason)}`);
  if (auditors.length > 0) output.line(`  auditors ${auditors.join(', ')}`);
  const list = `/management/v1/agreements/${id}/releases?limit=200`;
  const { items: releases } = await collect<ReleaseView>(api, list, { most: 10_000 });
  for (const auditor of new Set(releases.map((release) => release.auditor))) {
    const given = releases.filter((release) => release.auditor === auditor);
    const last = new Date(Math.max(...given.map((release) => release.last))).toISOString();
    output.line(`  released to ${auditor}: ${given.length} statement(s), last at ${last}`);
  }
  output.result({ kind: 'agreement', ...agreement, releases });
}

function approvals({ approval }: NegotiationView): string[] {
  if (approval === undefined) return [];
  const { needed, given, deadline, outcome } = approval;
  if (outcome !== undefined) return [`approval: ${outcome}`];
  return [`approval: ${given.length} of ${needed}, until ${new Date(deadline).toISOString()}`];
}

function progress({ bytes: count = 0, size, path, digest, endLogIndex, token, oneSided }: TransferView): string[] {
  return [
    ...(token === undefined ? [] : ['UNBOUND: whoever holds its token can fetch the data']),
    ...(oneSided ? ['ONE-SIDED: at most one side has signed what was sent'] : []),
    `bytes   ${bytes(count)}${size === undefined ? '' : ` of ${bytes(size)}`}`,
    ...(path === undefined ? [] : [`file    ${path}`]),
    ...(digest === undefined ? [] : [`digest  ${digest}`]),
    ...(endLogIndex === undefined ? [] : [`closing record ${endLogIndex} of the log`]),
  ];
}

/** What the delivery of a transfer demands. */
async function dutiesOf(api: Api, { agreement, pid }: TransferView): Promise<readonly DutyView[]> {
  const query = new URLSearchParams({ agreement, transfer: pid, limit: '200' });
  return (await collect<DutyView>(api, `/management/v1/duties?${query}`, { most: 200 })).items;
}

async function found<View>(api: Api, list: string, id: string): Promise<View | undefined> {
  try {
    return await api.get<View>(`/management/v1/${list}/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof CliError && error.data.status === 404) return undefined;
    throw error;
  }
}
