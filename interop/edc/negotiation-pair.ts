import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ensureDir, Lifecycle } from '@causeway/platform';
import type { Members } from '../management.js';
import { Edc, edcProtocol } from './edc.js';
import { Endings } from './endings.js';

const [providerId, consumerId] = ['edc-provider', 'edc-consumer'];
const odrl = 'http://www.w3.org/ns/odrl.jsonld';
/** The provider takes note of FINALIZED a moment after its consumer. */
const settleMs = 10_000;
const lookMs = 200;
const pageSize = 200;

/** Two EDC of a released version that negotiate with one another, as `bench/negotiation/rounds.mjs` measures a pair. */
export class EdcPair {
  readonly #provider: Edc;
  readonly #consumer: Edc;
  readonly #endings: Endings;
  readonly #asked: object;
  readonly #lifecycle: Lifecycle;

  private constructor(provider: Edc, consumer: Edc, endings: Endings, asked: object, lifecycle: Lifecycle) {
    this.#provider = provider;
    this.#consumer = consumer;
    this.#endings = endings;
    this.#asked = asked;
    this.#lifecycle = lifecycle;
  }

  /**
   * @param folder configurations and logs go there
   * @param pollMs how often their state machines look for something to do; as EDC comes unless given
   */
  static async start(classpath: string, folder: string, pollMs?: number): Promise<EdcPair> {
    const lifecycle = new Lifecycle({ deadlineMs: 30_000 });
    try {
      const run = async (participant: string): Promise<Edc> => {
        const home = join(folder, participant);
        await ensureDir(home);
        const edc = await Edc.start(classpath, home, { participant, ...(pollMs === undefined ? {} : { pollMs }) });
        lifecycle.defer(participant, () => edc[Symbol.asyncDispose]());
        return edc;
      };
      const [provider, consumer] = [await run(providerId), await run(consumerId)];
      const endings = await Endings.listen();
      lifecycle.defer('endings', () => endings.close());
      await publish(provider);
      const asked = { ...(await offered(provider, consumer)), callbackAddresses: [endings.wanted] };
      return new EdcPair(provider, consumer, endings, asked, lifecycle);
    } catch (error) {
      await lifecycle.close();
      throw error;
    }
  }

  get pids(): readonly number[] {
    return [this.#provider.pid, this.#consumer.pid];
  }

  /** Asks for a contract; whether the consumer tells in time that it is FINALIZED. */
  async negotiate(): Promise<boolean> {
    const { '@id': id } = await this.#consumer.post('contractnegotiations', this.#asked);
    return (await this.#endings.of(String(id))) === 'finalized';
  }

  /** How many are FINALIZED at both; waits a moment for so many. */
  async finalized(expected: number): Promise<number> {
    for (const deadline = Date.now() + settleMs; ; await setTimeout(lookMs)) {
      const theirs = new Set((await finalizedAt(this.#provider)).map(({ correlationId }) => correlationId));
      const both = (await finalizedAt(this.#consumer)).filter((one) => theirs.has(one['@id'])).length;
      if (both >= expected || Date.now() > deadline) return both;
    }
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }
}

async function publish(provider: Edc): Promise<void> {
  const policy = { '@context': odrl, '@type': 'Set', permission: [{ action: 'use' }] };
  await provider.post('policydefinitions', { '@id': 'use', policy });
  const dataAddress = { '@type': 'DataAddress', type: 'HttpData', baseUrl: 'http://127.0.0.1:1/' };
  await provider.post('assets', { '@id': 'stock', properties: { name: 'stock' }, dataAddress });
  const policies = { accessPolicyId: 'use', contractPolicyId: 'use' };
  await provider.post('contractdefinitions', { '@id': 'all', ...policies, assetsSelector: [] });
}

/** What its management API asks for of whoever wants a contract: the address, and the offer as the catalog gives it. */
async function offered(provider: Edc, consumer: Edc): Promise<object> {
  const peer = { counterPartyId: providerId, counterPartyAddress: provider.dsp, protocol: edcProtocol };
  const catalog = await consumer.post('catalog/request', peer);
  const [dataset] = [catalog['dataset']].flat().map(Object) as Members[];
  const [offer] = [dataset?.['hasPolicy']].flat().map(Object) as Members[];
  return { ...peer, policy: { '@context': odrl, ...offer, assigner: providerId, target: dataset?.['@id'] } };
}

async function finalizedAt(edc: Edc): Promise<Members[]> {
  const found: Members[] = [];
  for (;;) {
    const query = {
      '@type': 'QuerySpec',
      offset: found.length,
      limit: pageSize,
      sortField: 'createdAt',
      sortOrder: 'ASC',
    };
    const items = await edc.list('contractnegotiations/request', query);
    found.push(...items);
    if (items.length < pageSize) return found.filter(({ state }) => state === 'FINALIZED');
  }
}
