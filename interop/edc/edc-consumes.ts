import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Members } from '../management.js';
import { Callbacks, type DataReference, fetchWith } from './client.js';
import { type Edc, edcProtocol } from './edc.js';
import { type OwnSpace, ownId } from './own-space.js';
import { demand, type Steps } from './steps.js';

export interface Scene {
  readonly edc: Edc;
  readonly own: OwnSpace;
  readonly steps: Steps;
  readonly folder: string;
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly digest: string;
}

const direction = 'EDC fetches from us';
const pull = 'HttpData-PULL';
const odrl = 'http://www.w3.org/ns/odrl.jsonld';
const unboundTokens = 'urn:causeway:v1:unboundTokens';
const boundOffer = { '@type': 'Offer', permission: [{ action: 'use' }] };
const unboundOffer = { ...boundOffer, [unboundTokens]: true };

/** EDC finds our dataset, agrees on it, and a client pulls with what EDC was given; then either side stops and goes on. */
export async function edcConsumes(scene: Scene): Promise<void> {
  const { edc, own, steps, digest } = scene;
  await using callbacks = await Callbacks.listen();
  await publish(scene);
  const peer = { counterPartyId: ownId, counterPartyAddress: own.dsp, protocol: edcProtocol };

  const offers = await steps.run(direction, 'our catalog', async () => {
    const catalog = await edc.post('catalog/request', peer);
    const found = [catalog['dataset']].flat().map(Object) as Members[];
    const offered = new Map(found.map((one) => [String(one['@id']), Object([one['hasPolicy']].flat()[0]) as Members]));
    demand(offered.has(`${ownId}:orders`), `our dataset in ${JSON.stringify(catalog).slice(0, 500)}`);
    return [`${offered.size} datasets`, offered];
  });

  const agree = async (name: string): Promise<string> => {
    const dataset = `${ownId}:${name}`;
    const policy = { '@context': odrl, ...offers.get(dataset), assigner: ownId, target: dataset };
    const asked = await edc.post('contractnegotiations', { ...peer, policy });
    const ended = await edc.until(`contractnegotiations/${asked['@id']}`, ['FINALIZED', 'TERMINATED']);
    demand(ended['state'] === 'FINALIZED', `FINALIZED, got ${JSON.stringify(ended)}`);
    return String(ended['contractAgreementId']);
  };
  const agreement = await steps.run(direction, 'negotiation to FINALIZED', async () => {
    const id = await agree('orders');
    const { items } = await own.management.get('agreements');
    const [ours] = (items as Members[]).filter(
      ({ dataset, role }) => dataset === `${ownId}:orders` && role === 'provider',
    );
    const marked = ours?.['oneSided'] === true && ours['unboundTokens'] === true;
    demand(marked, `ours to be one-sided, with unbound tokens allowed, got ${JSON.stringify(items)}`);
    return ['FINALIZED; one-sided at ours', id];
  });
  const transfer = async (contractId: string): Promise<[id: string, ours: string, reference: DataReference]> => {
    const callbackAddresses = [{ uri: callbacks.address, events: ['transfer.process.started'], transactional: false }];
    const asked = await edc.post('transferprocesses', { ...peer, contractId, transferType: pull, callbackAddresses });
    const view = await edc.until(`transferprocesses/${asked['@id']}`, ['STARTED', 'TERMINATED']);
    demand(view['state'] === 'STARTED', `STARTED, got ${JSON.stringify(view)}`);
    const reference = await callbacks.next();
    return [String(asked['@id']), String(view['correlationId']), reference];
  };
  const shown = (pid: string): Promise<Members> => own.management.get(`transfers/${encodeURIComponent(pid)}`);

  await steps.run(direction, 'a client pulls with what EDC was given, to COMPLETED', async () => {
    const [id, pid, reference] = await transfer(agreement);
    const got = await fetchWith(reference, own.roots);
    demand(got.status === 200 && got.digest === digest, `200 and ${digest}, got ${got.status} and ${got.digest}`);
    await edc.until(`transferprocesses/${id}`, ['COMPLETED']);
    const view = await own.management.get(`transfers/${encodeURIComponent(pid)}?wait=30`);
    const { state, token, oneSided, endLogIndex } = view;
    demand(
      state === 'COMPLETED' && token === 'unbound' && oneSided === true,
      `ours to say so, got ${JSON.stringify(view)}`,
    );
    demand(view['digest'] === digest && endLogIndex !== undefined, 'the closing record to be in the log');
    const again = await fetchWith(reference, own.roots);
    demand(again.status === 409, `a replay after the end to be refused, got ${again.status}`);
    return [
      `${got.bytes} bytes, ${digest}; unbound, one-sided, closing record ${endLogIndex}; replay: ${again.status}`,
      id,
    ];
  });

  // Not resumed by EDC: it waits for a start message in answer to its own, of which the protocol says nothing.
  await steps.run(direction, 'EDC suspends, and terminates', async () => {
    const [id, pid, reference] = await transfer(agreement);
    const part = await fetchWith(reference, own.roots, 'bytes=0-99');
    demand(part.status === 206 && part.bytes === 100, `100 bytes of a range, got ${part.bytes} with ${part.status}`);
    await edc.post(`transferprocesses/${id}/suspend`, { '@type': 'SuspendTransfer', reason: 'a pause' });
    await edc.until(`transferprocesses/${id}`, ['SUSPENDED']);
    const paused = await fetchWith(reference, own.roots);
    demand(
      (await shown(pid))['state'] === 'SUSPENDED' && paused.status === 409,
      `409 while suspended, got ${paused.status}`,
    );
    await edc.post(`transferprocesses/${id}/terminate`, { '@type': 'TerminateTransfer', reason: 'enough' });
    await edc.until(`transferprocesses/${id}`, ['TERMINATED']);
    const over = await fetchWith(reference, own.roots);
    demand(
      (await shown(pid))['state'] === 'TERMINATED' && over.status === 409,
      `409 after the end, got ${over.status}`,
    );
    return [`GET of a range ${part.status}, while suspended ${paused.status}, terminated ${over.status}`, undefined];
  });

  await steps.run(direction, 'we suspend, resume, terminate', async () => {
    const [id, pid, reference] = await transfer(agreement);
    const ours = `transfers/${encodeURIComponent(pid)}`;
    await own.management.post(`${ours}/suspend`, { reason: 'a pause' });
    await edc.until(`transferprocesses/${id}`, ['SUSPENDED']);
    const paused = await fetchWith(reference, own.roots);
    await own.management.post(`${ours}/resume`, {});
    await edc.until(`transferprocesses/${id}`, ['STARTED']);
    const fresh = await callbacks.next();
    const resumed = await fetchWith(fresh, own.roots, 'bytes=0-99');
    await own.management.post(`${ours}/terminate`, { reason: 'enough' });
    await edc.until(`transferprocesses/${id}`, ['TERMINATED']);
    const over = await fetchWith(fresh, own.roots);
    const codes = [paused.status, resumed.status, over.status];
    demand(codes.join() === '409,206,409', `409, 206, 409, got ${codes}`);
    return [`GET while suspended ${paused.status}, resumed ${resumed.status}, terminated ${over.status}`, undefined];
  });

  await steps.run(direction, 'no unbound token where the offer does not say so', async () => {
    const contractId = await agree('bound');
    const asked = await edc.post('transferprocesses', { ...peer, contractId, transferType: pull });
    const view = await edc.until(`transferprocesses/${asked['@id']}`, ['STARTED', 'TERMINATED']);
    demand(view['state'] === 'TERMINATED', `TERMINATED, got ${view['state']}`);
    return ['refused, TERMINATED at EDC', undefined];
  });
}

async function publish({ own, folder, bytes }: Scene): Promise<void> {
  const file = join(folder, 'published.bin');
  await writeFile(file, bytes);
  await own.management.put('datasets/orders', { file, title: { en: 'Orders' }, offers: [{ policy: unboundOffer }] });
  await own.management.put('datasets/bound', { file, title: { en: 'Orders' }, offers: [{ policy: boundOffer }] });
}
