import { type Clock, keyParts, PlatformError, type Store } from '@causeway/platform';
import { dspContext, extension, formats } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Dataset, JsonObject, Offer } from '../model.js';
import type { FactsFor } from '../ports.js';
import type { Records } from '../records.js';
import { changesSince } from './changes.js';
import { mergedScan } from './merge.js';
import { accessKey, described, weighed } from './shown.js';
import { short, type View, type Viewer, Viewers } from './viewer.js';

/** Datasets looked at for one page where too many accesses would have to be merged: what is not seen costs a bounded time. */
const lookedAt = 1_000;
const mostPerPage = 200;
/** Times that a page is read again because the catalog has changed meanwhile. */
const attempts = 3;

export interface CatalogOptions {
  readonly store: Pick<Store, 'scan'>;
  readonly records: Records;
  /** Our id. */
  readonly self: string;
  /** Our DSP base URL. */
  readonly dspBase: () => string;
  readonly clock: Clock;
  /** What is attested of a caller; nothing unless given. */
  readonly factsFor?: FactsFor;
}

export interface CatalogRequest {
  /** Of the page before. */
  readonly cursor?: string;
  readonly limit?: number;
  /** What `CatalogPage.held` was when the caller last read the catalog: only what has changed since is wanted. */
  readonly since?: string;
  /** Entity tags of what the caller holds. */
  readonly unless?: (etag: string) => boolean;
}

/** A page of the catalog, or of what has changed in it. */
export interface CatalogPage {
  /** A strong entity tag (RFC 9110, 8.8.3): another one as soon as the caller would see anything else, on any page. */
  readonly etag: string;
  /** Absent: what the caller holds is what it would see. */
  readonly catalog?: JsonObject;
  /** How to ask for what follows. */
  readonly next?: { readonly cursor: string } | { readonly since: string };
  /** What to ask `since` next time, once everything that follows has been read; on the page that settles it. */
  readonly held?: string;
}

/** What a caller may see of our datasets (Dataspace Protocol 2025-1, Catalog Protocol). */
export class CatalogService {
  readonly #options: CatalogOptions;
  readonly #viewers: Viewers;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#viewers = new Viewers(options);
  }

  /**
   * One page of the catalog, in the order of ids; with `since`, one of what has changed, unless that is too long ago or the caller is
   * another by what is attested of it: then the catalog from its beginning. Only the former names what it is the difference to.
   *
   * @throws PlatformError CURSOR_INVALID
   */
  async page(caller: string, request: CatalogRequest = {}): Promise<CatalogPage> {
    const viewer = await this.#viewers.of(caller);
    const view = await viewer.view();
    const etag = `"${short(`${this.#options.self} ${this.#options.dspBase()} ${formats.join()} ${view.state}`)}"`;
    const held = tokenOf(view.tag, viewer);
    if (request.unless?.(etag) === true) return { etag, held };
    const limit = Math.min(request.limit ?? 50, mostPerPage);
    const changes = request.since === undefined ? undefined : await this.#changes(viewer, view, request.since, limit);
    if (changes !== undefined) return { etag, ...changes };
    const { cursor } = request;
    const page = await this.#read(viewer, view, cursor, limit);
    return { etag, ...page, ...(cursor === undefined ? { held } : {}) };
  }

  /** @throws ConnectorError NOT_FOUND for a dataset that does not exist, or not for this caller */
  async dataset(caller: string, id: string): Promise<JsonObject> {
    const stored = (await this.#options.records.datasets.get(id))?.value;
    const shown = stored && (await this.#show(stored, await this.#viewers.of(caller)));
    if (shown !== undefined) return { '@context': [dspContext], ...shown };
    throw new ConnectorError('NOT_FOUND', `There is no dataset ${id} for you here.`);
  }

  async visible(id: string, caller: string): Promise<boolean> {
    const stored = (await this.#options.records.datasets.get(id))?.value;
    return stored !== undefined && (await (await this.#viewers.of(caller)).offers(stored)).length > 0;
  }

  async #read(viewer: Viewer, view: View, cursor: string | undefined, limit: number) {
    const { store, records } = this.#options;
    const after = cursor === undefined ? undefined : readCursor(cursor);
    let ids: Uint8Array[] = [];
    // A dataset that goes from one access to another amid this could be in neither when that is read.
    for (let [now, attempt] = [view, 0]; attempt < attempts; attempt++) {
      if (now.access === undefined) return this.#walk(viewer, cursor, limit);
      const prefixes = now.access.map((one) => records.catalogEntries.key(...accessKey(one)));
      ids = await mergedScan(store, prefixes, after, limit + 1);
      const { tag } = now;
      now = await viewer.view();
      if (now.tag === tag) break;
    }
    const [wanted, last] = [ids.slice(0, limit), ids[limit - 1]];
    const shown = await this.#showAll(wanted.map(idIn), viewer);
    const next = ids.length > limit && last !== undefined ? { next: { cursor: writeCursor(last) } } : {};
    return { catalog: this.#catalog(shown), ...next };
  }

  /** Looks at datasets one by one, as far as one request may. */
  async #walk(viewer: Viewer, from: string | undefined, limit: number) {
    const found: JsonObject[] = [];
    let cursor = from;
    for (let looked = 0; looked < lookedAt && found.length < limit; ) {
      const page: Awaited<ReturnType<Records['datasets']['page']>> = await this.#options.records.datasets.page({
        limit: limit - found.length,
        ...(cursor === undefined ? {} : { cursor }),
      });
      looked += page.items.length;
      cursor = page.next;
      for (const { value } of page.items) {
        const shown = await this.#show(value, viewer);
        if (shown !== undefined) found.push(shown);
      }
      if (cursor === undefined) break;
    }
    return { catalog: this.#catalog(found), ...(cursor === undefined ? {} : { next: { cursor } }) };
  }

  async #changes(
    viewer: Viewer,
    view: View,
    since: string,
    limit: number,
  ): Promise<Omit<CatalogPage, 'etag'> | undefined> {
    const tag = tagIn(since, viewer);
    const { store, records } = this.#options;
    const changes = tag === undefined ? undefined : await changesSince(store, records, viewer, view, tag, limit);
    if (changes === undefined) return undefined;
    const found: JsonObject[] = [];
    const withdrawn: string[] = [];
    for (const id of changes.datasets) {
      const stored = (await records.datasets.get(id))?.value;
      const shown = stored && (await this.#show(stored, viewer));
      if (shown === undefined) withdrawn.push(id);
      else found.push(shown);
    }
    const reached = tokenOf(changes.reached, viewer);
    return {
      catalog: { ...this.#catalog(found), [extension.since]: since, [extension.withdrawn]: withdrawn },
      ...(changes.more ? { next: { since: reached } } : { held: reached }),
    };
  }

  async #showAll(ids: readonly string[], viewer: Viewer): Promise<JsonObject[]> {
    const stored = await Promise.all(ids.map((id) => this.#options.records.datasets.get(id)));
    const shown = await Promise.all(stored.map((one) => one && this.#show(one.value, viewer)));
    // One that changed since the index was read may be gone.
    return shown.filter((one) => one !== undefined);
  }

  #catalog(datasets: JsonObject[]): JsonObject {
    const { self } = this.#options;
    return {
      '@context': [dspContext],
      '@type': 'Catalog',
      '@id': `${self}:catalog`,
      participantId: self,
      service: [this.#service()],
      ...(datasets.length === 0 ? {} : { dataset: datasets }),
    };
  }

  #service(): JsonObject {
    return { '@type': 'DataService', '@id': `${this.#options.self}:connector`, endpointURL: this.#options.dspBase() };
  }

  async #show(dataset: Dataset, viewer: Viewer): Promise<JsonObject | undefined> {
    const offers = await viewer.offers(dataset);
    return offers.length === 0 ? undefined : this.told(dataset, offers);
  }

  /** What a caller is told who may see these offers. */
  told(dataset: Dataset, offers: readonly Offer[]): JsonObject {
    return {
      '@type': 'Dataset',
      '@id': dataset.id,
      ...described(dataset),
      hasPolicy: offers.map(({ policy }) => policy),
      distribution: formats.map((format) => ({
        '@type': 'Distribution',
        format,
        ...weighed(dataset),
        accessService: this.#service(),
      })),
    };
  }
}

/** A cursor is the place of a dataset in the order of ids, whether or not it is still there. */
function writeCursor(place: Uint8Array): string {
  return Buffer.from(place).toString('base64url');
}

function readCursor(cursor: string): Uint8Array {
  const place = Buffer.from(cursor, 'base64url');
  if (place.toString('base64url') === cursor && isPlace(place)) return place;
  throw new PlatformError('CURSOR_INVALID', 'The cursor was given out by no page; begin again without one.');
}

function isPlace(bytes: Uint8Array): boolean {
  try {
    return bytes.length <= 1_000 && keyParts(bytes).length === 1;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function idIn(place: Uint8Array): string {
  return String(keyParts(place)[0]);
}

/** A revision as one caller may hold it: it is of no use with other attributes, and does not tell how many there were. */
function tokenOf(tag: string, { facts }: Viewer): string {
  return `${tag}${facts}`;
}

function tagIn(token: string, { facts }: Viewer): string | undefined {
  return /^[0-9a-f]{64}$/.test(token) && token.endsWith(facts) ? token.slice(0, 32) : undefined;
}
