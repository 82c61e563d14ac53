import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import type { Api } from '@causeway/cli';
import { vi } from 'vitest';
import type { ProbedSpace } from './probed-space.js';

/** Both names of a process; a party's own stands in the paths of its peer's messages. */
export interface Pids {
  readonly providerPid: string;
  readonly consumerPid: string;
}

/** What two firms have with a third, so that there is something to be kept from others. */
export interface Story {
  readonly oem: Identity;
  readonly hydraulics: Identity;
  readonly heat: Identity;
  /** An auditor, named in the agreement about `secret` and in no other. */
  readonly lens: Identity;
  /** Dataset ids of the oem: offered to both others, and to hydraulics only. */
  readonly shared: string;
  readonly secret: string;
  /** Id of the offer on `secret`. */
  readonly secretOffer: string;
  /** Between oem and hydraulics about `secret`, final. */
  readonly negotiation: Pids;
  readonly agreement: { readonly digest: string; readonly id: string };
  /** Of hydraulics under that agreement: started, and ended before a byte was sent. */
  readonly running: Pids;
  readonly ended: Pids;
  /** The same, over HTTPS: started. */
  readonly fetched: Pids;
  /** Of heat treatment about `shared`: started. */
  readonly foreign: Pids;
  /** Digest of the agreement it is under. */
  readonly foreignAgreement: string;
}

interface ProcessView {
  readonly pid: string;
  readonly peerPid?: string;
  readonly state: string;
  readonly agreement?: string;
}

const base = '/management/v1';
const patience = { timeout: 30_000, interval: 50 };

/** Publishes, agrees and starts. The transfers stay started as long as nobody reaches the provider's exchange. */
export async function tellStory(space: ProbedSpace): Promise<Story> {
  const [provider, consumer, other] = await Promise.all(
    ['oem', 'hydraulics', 'heat-treatment'].map((firm) => space.api(firm)),
  );
  if (!provider || !consumer || !other) throw new TypeError('three firms are needed');
  const [oem, hydraulics, heat] = await Promise.all(
    ['oem', 'hydraulics', 'heat-treatment'].map((firm) => space.identity(space.space.connector(firm).home)),
  );
  if (!oem || !hydraulics || !heat) throw new TypeError('three firms are needed');
  const file = join(space.folder, 'orders.csv');
  await writeFile(file, 'order,part\n'.repeat(10_000));
  const lens = await space.trust.identity('urn:causeway:lens', 'auditor');
  const publish = (name: string, assignees: string[], auditors: string[] = []) =>
    provider.send<{ id: string; offers: { id: string }[] }>('PUT', `${base}/datasets/${name}`, {
      file,
      title: { en: name },
      listed: true,
      offers: [{ terms: { assignees, ...(auditors.length > 0 && { auditors }) } }],
    });
  const shared = await publish('shared', [hydraulics.id, heat.id]);
  const secret = await publish('secret', [hydraulics.id], [lens.id]);
  const [negotiation, agreed] = await Promise.all([
    agree(consumer, 'secret', secret.id),
    agree(other, 'shared', shared.id),
  ]);
  const agreement = await consumer.get<{ id: string; digest: string }>(`${base}/agreements/${negotiation.agreement}`);
  const [running, foreign, ended, fetched] = await Promise.all([
    transfer(consumer, 'running', negotiation.agreement, space.folder),
    transfer(other, 'foreign', agreed.agreement, space.folder),
    transfer(consumer, 'ended', negotiation.agreement, space.folder),
    transfer(consumer, 'fetched', negotiation.agreement, space.folder, 'HttpData-PULL'),
  ]);
  await consumer.send('POST', `${base}/transfers/${ended.consumerPid}/terminate`, {});
  await reached(provider, `transfers/${ended.providerPid}`, 'TERMINATED');
  const { digest, id } = agreement;
  return {
    ...{ oem, hydraulics, heat, lens, shared: shared.id, secret: secret.id, secretOffer: secret.offers[0]?.id ?? '' },
    ...{ negotiation, agreement: { digest, id }, running, ended, foreign, fetched },
    foreignAgreement: agreed.agreement,
  };
}

async function agree(consumer: Api, request: string, dataset: string): Promise<Pids & { readonly agreement: string }> {
  await vi.waitFor(() => consumer.send('PUT', `${base}/negotiations/${request}`, { dataset }), patience);
  const view = await reached(consumer, `negotiations/${request}`, 'FINALIZED');
  return { ...pidsOf(view), agreement: view.agreement ?? '' };
}

/** Asks for a transfer and waits until it has started. */
export async function transfer(
  consumer: Api,
  request: string,
  agreement: string,
  folder: string,
  format = 'GrpcData-PULL',
): Promise<Pids> {
  const to = join(folder, `received-${request}.csv`);
  await consumer.send('PUT', `${base}/transfers/${request}`, { agreement, to, format });
  return pidsOf(await reached(consumer, `transfers/${request}`, 'STARTED'));
}

function reached(api: Api, path: string, state: string): Promise<ProcessView> {
  return vi.waitFor(async () => {
    const view = await api.get<ProcessView>(`${base}/${path}`);
    if (view.state !== state || view.peerPid === undefined) throw new TypeError(`${path} is ${view.state}`);
    return view;
  }, patience);
}

function pidsOf({ pid, peerPid = '' }: ProcessView): Pids {
  return { consumerPid: pid, providerPid: peerPid };
}
