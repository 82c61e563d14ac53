import { isAbsolute } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Store } from '@causeway/platform';
import { listingFlaw } from '../discovery/listed.js';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import { describeFile } from '../exchange/file-source.js';
import type { Sample } from '../inspect/content.js';
import { inspect } from '../inspect/inspect.js';
import type { Dataset } from '../model.js';
import type { Records } from '../records.js';
import { namedIn } from './access.js';
import { demandOwn } from './draft.js';
import { CatalogLedger } from './ledger.js';
import { type DatasetChange, datasetOf, type Looked, type Publication } from './publication.js';

export interface PublisherOptions {
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly events: ConnectorEvents;
  readonly self: string;
  /** Told after what we list has changed. */
  readonly changed: () => void;
  /** Whether the authority has enrolled a participant; undefined when that cannot be told. */
  readonly enrolled?: (participant: string) => Promise<boolean | undefined>;
}

/** A dataset as it would be, and the first rows of its file: for its owner alone. */
export interface Previewed {
  readonly dataset: Dataset;
  readonly sample: Sample;
}

/** Puts datasets and their offers into the catalog, and takes them out. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #ledger: CatalogLedger;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#ledger = new CatalogLedger(options.store, options.records);
  }

  id(name: string): string {
    return `${this.#options.self}:${name}`;
  }

  /**
   * Publishes a file under a local name; under the same name again, a new version of it, of which nothing stays. Without offers
   * nobody may anything.
   *
   * @throws ConnectorError POLICY_INVALID with the path in the policy (what nobody enforces, or is below the floor of the
   * classification, included), REQUEST_INVALID with the member that the broker could
   * not be told, PEER_UNKNOWN, SOURCE_UNREADABLE, SOURCE_CHANGED
   */
  async publish(name: string, publication: Publication): Promise<Dataset> {
    const id = this.id(name);
    const looked = await this.#look(id, publication);
    const { created: now, ...published } = await this.#made(id, publication, looked);
    const dataset = await this.#ledger.change(id, (before) => ({ ...published, created: before?.created ?? now }));
    this.#told(dataset);
    return dataset;
  }

  /**
   * Changes what is said of a dataset, its offers or its file: what is not given stays. The offers must do for its classification as
   * it is from then on. Agreements that exist stand, and give the new version.
   *
   * @throws ConnectorError NOT_FOUND, STATE_INVALID when it was withdrawn, and those of {@link publish}
   */
  async change(name: string, change: DatasetChange): Promise<Dataset> {
    const id = this.id(name);
    const before = await this.#need(id);
    const looked = await this.#look(id, change, before);
    const made = await this.#made(id, change, looked, before);
    const dataset = await this.#ledger.change(id, (found) => {
      if (isDeepStrictEqual(found, before)) return made;
      throw new ConnectorError('QUEUE_FULL', `Dataset ${id} has been changed meanwhile; look at it and try again.`);
    });
    this.#told(dataset);
    return dataset;
  }

  /** What {@link publish}, or with `onto` {@link change}, would make; nothing is changed. */
  async preview(name: string, change: DatasetChange, onto?: 'change'): Promise<Previewed> {
    const id = this.id(name);
    const before = onto === 'change' ? await this.#need(id) : undefined;
    const looked = await this.#look(id, change, before);
    return { dataset: await this.#made(id, change, looked, before), sample: looked?.sample ?? [] };
  }

  /** Offers it to nobody any more; publishing it again does. Agreements that exist stand. @throws ConnectorError NOT_FOUND */
  async withdraw(name: string, why?: string): Promise<Dataset> {
    const id = this.id(name);
    const now = this.#options.clock.now();
    const dataset = await this.#ledger.change(id, (before) => {
      if (before === undefined) throw new ConnectorError('NOT_FOUND', `There is no dataset ${id}.`);
      if (before.withdrawn !== undefined) return before;
      return { ...before, withdrawn: now, updated: now, ...(why === undefined ? {} : { withdrawnFor: why }) };
    });
    this.#options.events.withdrawn(id);
    this.#options.changed();
    return dataset;
  }

  async #need(id: string): Promise<Dataset> {
    const found = (await this.#options.records.datasets.get(id))?.value;
    if (found === undefined) throw new ConnectorError('NOT_FOUND', `There is no dataset ${id}.`);
    if (found.withdrawn === undefined) return found;
    throw new ConnectorError('STATE_INVALID', `Dataset ${id} was withdrawn; publish it again to offer it.`);
  }

  #told({ id, source }: Dataset): void {
    this.#options.events.published(id, source.version, source.bytes);
    this.#options.changed();
  }

  /** Reads the file, if there is one to read; what is wrong with the rest is said before. */
  async #look(id: string, change: DatasetChange, before?: Dataset): Promise<Looked | undefined> {
    const { file, version } = change;
    if (file === undefined) return undefined;
    if (!isAbsolute(file)) throw new ConnectorError('REQUEST_INVALID', `Expected an absolute path, got ${file}.`);
    await this.#made(id, change, { source: unread(file), sample: [] }, before);
    const source = await describeFile(file);
    if (version !== undefined && source.version !== version) {
      throw new ConnectorError('SOURCE_CHANGED', `${file} is not what was shown any more: it has changed meanwhile.`);
    }
    return { source, ...(await inspect(source)) };
  }

  async #made(id: string, change: DatasetChange, looked?: Looked, before?: Dataset): Promise<Dataset> {
    const { self, clock, records } = this.#options;
    const making = { id, self, now: clock.now(), ...(before && { before }), ...(looked && { looked }) };
    const dataset = datasetOf(change, making);
    for (const { id: offer, policy } of dataset.offers) {
      demandOwn((await records.offers.get(offer))?.value.dataset, offer, id);
      if (change.enrolledOnly === true) await this.#demandEnrolled(namedIn(policy));
    }
    if (dataset.listed) demandListable(dataset);
    return dataset;
  }

  async #demandEnrolled(participants: readonly string[]): Promise<void> {
    const { enrolled } = this.#options;
    for (const participant of participants) {
      if ((await enrolled?.(participant)) !== false) continue;
      throw new ConnectorError(
        'PEER_UNKNOWN',
        `${participant} is no member of this data space: the authority has enrolled nobody of that id. Check how it is spelt, invite them first, or allow members to come (--unregistered).`,
      );
    }
  }
}

/** Stands for a file that nobody has read yet. */
function unread(path: string): Looked['source'] {
  return { kind: 'file', path, version: `sha-256:${'0'.repeat(64)}`, bytes: 0, stamp: '' };
}

/** What its owner wants listed and the broker would not take is refused, not left out in silence. */
function demandListable(dataset: Dataset): void {
  const cause = listingFlaw(dataset);
  if (cause === undefined) return;
  const { code, message, data } = cause;
  const problems = [{ path: data.pointer ?? '', message, code }];
  throw new ConnectorError('REQUEST_INVALID', `The dataset cannot be listed: ${message}`, {
    cause,
    data: { problems },
  });
}
