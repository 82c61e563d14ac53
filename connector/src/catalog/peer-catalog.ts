import { readReason } from '../dsp/messages.js';
import { readMessage } from '../dsp/validate.js';
import { dspContext } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject } from '../model.js';
import type { DspTransport } from '../ports.js';

const deadlineMs = 20_000;

/** Reads the catalogs of other participants, as their consumer. */
export class PeerCatalog {
  readonly #transport: DspTransport;

  constructor(transport: DspTransport) {
    this.#transport = transport;
  }

  /**
   * One page of a peer's catalog; `next` is the address of the following one, on the peer's own DSP base.
   *
   * @throws ConnectorError PEER_REFUSED, PEER_UNREACHABLE, MESSAGE_INVALID
   */
  async page(peer: string, address: string, next?: string): Promise<{ catalog: JsonObject; next?: string }> {
    const url = next ?? `${address}/catalog/request`;
    if (!url.startsWith(`${address}/`)) {
      throw new ConnectorError('REQUEST_INVALID', `Expected a page of ${address}; ${url} is elsewhere.`);
    }
    const body: JsonObject = { '@context': [dspContext], '@type': 'CatalogRequestMessage' };
    const answer = await this.#send({ peer, method: 'POST', url, body });
    const catalog = readMessage('Catalog', answer.body);
    if (catalog['participantId'] !== peer) {
      throw new ConnectorError(
        'MESSAGE_INVALID',
        `Expected the catalog of ${peer}; it names ${String(catalog['participantId'])}.`,
      );
    }
    const more = answer.next === undefined ? undefined : new URL(answer.next, url).href;
    return { catalog, ...(more === undefined ? {} : { next: more }) };
  }

  /** @throws ConnectorError NOT_FOUND, PEER_REFUSED, PEER_UNREACHABLE, MESSAGE_INVALID */
  async dataset(peer: string, address: string, id: string): Promise<JsonObject> {
    const answer = await this.#send({ peer, method: 'GET', url: `${address}/catalog/datasets/${id}` });
    const dataset = readMessage('Dataset', answer.body);
    if (dataset['@id'] === id) return dataset;
    throw new ConnectorError('MESSAGE_INVALID', `Expected dataset ${id}; ${peer} answered ${String(dataset['@id'])}.`);
  }

  async #send(
    message: Omit<Parameters<DspTransport['send']>[0], 'signal'>,
  ): Promise<Awaited<ReturnType<DspTransport['send']>>> {
    const answer = await this.#transport
      .send({ ...message, signal: AbortSignal.timeout(deadlineMs) })
      .catch((cause: unknown): never => {
        const words = cause instanceof Error ? cause.message : 'no answer';
        throw new ConnectorError('PEER_UNREACHABLE', `${message.peer} could not be asked: ${words}`, { cause });
      });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const why = readReason(answer.body, `It answered ${answer.status}.`);
    const code = answer.status === 404 ? 'NOT_FOUND' : 'PEER_REFUSED';
    throw new ConnectorError(code, `${message.peer} refused: ${why.en}`, { data: { zh: why.zh, code: why.code } });
  }
}
