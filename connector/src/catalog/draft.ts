import { createHash } from 'node:crypto';
import { type Commit, type Condition, keyOf, keyText, type Store, type Write } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Access, Dataset } from '../model.js';
import type { Records } from '../records.js';
import { accessOf } from './access.js';
import type { CatalogHead } from './records.js';
import { accessKey, reordered, sightsOf } from './shown.js';

/** Changes that a crawler is told of one by one; who has missed more reads the catalog again. */
export const changesKept = 10_000;

export const firstHead: CatalogHead = { revision: 0, tag: '0'.repeat(32) };

/** What follows a tag: other changes, or the same ones after others, have other tags. */
export function nextTag(tag: string, ...what: readonly string[]): string {
  return createHash('sha256')
    .update([tag, ...what].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/**
 * An offer's id finds its dataset, so no two datasets share one.
 *
 * @throws ConnectorError REQUEST_INVALID
 */
export function demandOwn(holder: string | undefined, offer: string, dataset: string): void {
  if (holder === undefined || holder === dataset) return;
  throw new ConnectorError('REQUEST_INVALID', `Offer ${offer} stands under ${holder} already; give it another @id.`);
}

/** Changes of datasets with everything that is stored beside them, to be made in one commit. */
export class CatalogDraft {
  readonly #records: Records;
  readonly #conditions: Condition[];
  readonly #writes = new Map<string, Write>();
  readonly #datasets = new Map<string, Dataset | undefined>();
  readonly #offers = new Map<string, string | undefined>();
  /** What each access gains and loses. */
  readonly #moved = new Map<string, { access: Access; gained: Set<string>; lost: Set<string> }>();
  #head: CatalogHead;

  private constructor(records: Records, head: CatalogHead, conditions: Condition[]) {
    this.#records = records;
    this.#head = head;
    this.#conditions = conditions;
  }

  static async begin(records: Records): Promise<CatalogDraft> {
    const stored = await records.catalogHead.get('head');
    const condition = stored === undefined ? records.catalogHead.absent('head') : records.catalogHead.unchanged(stored);
    return new CatalogDraft(records, stored?.value ?? firstHead, [condition]);
  }

  /**
   * Adds one change; when it throws nothing is added.
   *
   * @throws ConnectorError REQUEST_INVALID when an offer would have the id of another dataset's; whatever `make` throws
   */
  async change(id: string, make: (before: Dataset | undefined) => Dataset): Promise<Dataset> {
    const before = await this.#before(id);
    const after = make(before);
    for (const offer of after.offers) demandOwn(await this.#holder(offer.id), offer.id, id);
    this.#store(id, before, after);
    await this.#index(id, before, after);
    return after;
  }

  async commit(store: Store): Promise<Commit> {
    for (const { access, gained, lost } of this.#moved.values()) {
      if (lost.size === 0 || gained.size > 0) continue;
      // INVARIANT: an access is stored as long as it shows anything, and no longer.
      const { catalogEntries, catalogAccess } = this.#records;
      const left = await store.scan({ prefix: catalogEntries.key(...accessKey(access)), limit: lost.size + 1 });
      const gone = new Set([...lost].map((id) => keyText(catalogEntries.key(...accessKey(access), id))));
      if (left.every(({ key }) => gone.has(keyText(key)))) this.#add(catalogAccess.delete(accessKey(access)));
    }
    return { conditions: this.#conditions, writes: [...this.#writes.values()] };
  }

  async #before(id: string): Promise<Dataset | undefined> {
    if (this.#datasets.has(id)) return this.#datasets.get(id);
    const { datasets } = this.#records;
    const stored = await datasets.get(id);
    this.#conditions.push(stored === undefined ? datasets.absent(id) : datasets.unchanged(stored));
    this.#datasets.set(id, stored?.value);
    return stored?.value;
  }

  async #holder(offer: string): Promise<string | undefined> {
    if (this.#offers.has(offer)) return this.#offers.get(offer);
    return (await this.#records.offers.get(offer))?.value.dataset;
  }

  #store(id: string, before: Dataset | undefined, after: Dataset): void {
    const { datasets, offers, listed } = this.#records;
    this.#datasets.set(id, after);
    this.#add(datasets.put([id], after));
    this.#add(after.listed && after.withdrawn === undefined ? listed.put([id], {}) : listed.delete([id]));
    const kept = new Set(after.offers.map((offer) => offer.id));
    for (const old of before?.offers ?? []) {
      if (kept.has(old.id)) continue;
      this.#offers.set(old.id, undefined);
      this.#add(offers.delete([old.id]));
    }
    for (const offer of kept) {
      this.#offers.set(offer, id);
      this.#add(offers.put([offer], { dataset: id }));
    }
  }

  async #index(id: string, before: Dataset | undefined, after: Dataset): Promise<void> {
    const { catalogChanges, catalogTags, catalogHead, catalogEntries, catalogAccess } = this.#records;
    const [was, is] = [sightsOf(before), sightsOf(after)];
    const all = new Map([...was, ...is]);
    const moved = reordered(before, after);
    const touched = [...all].filter(([name]) => moved || was.get(name)?.text !== is.get(name)?.text);
    if (touched.length === 0) return;
    const revision = this.#head.revision + 1;
    const tag = nextTag(this.#head.tag, id, JSON.stringify(after));
    this.#head = { revision, tag };
    this.#add(catalogHead.put(['head'], this.#head));
    const change = { tag, dataset: id, touched: touched.map(([, { access }]) => access) };
    this.#add(catalogChanges.put([revision], change));
    this.#add(catalogTags.put([tag], { revision }));
    const old = revision > changesKept ? await catalogChanges.get(revision - changesKept) : undefined;
    if (old !== undefined) {
      this.#add({ delete: old.key });
      this.#add(catalogTags.delete([old.value.tag]));
    }
    for (const [name, { access }] of touched) {
      this.#add(catalogAccess.put(accessKey(access), { tag }));
      const place = [...accessKey(access), id];
      if (is.has(name) && !was.has(name)) this.#add(catalogEntries.put(place, {}));
      if (was.has(name) && !is.has(name)) this.#add(catalogEntries.delete(place));
      if (was.has(name) !== is.has(name)) this.#follow(name, access, id, is.has(name));
    }
    const fresh = touched.filter(([name, { access }]) => access.condition !== undefined && !was.has(name));
    if (fresh.length > 0) this.#describe(after);
  }

  /** Puts the conditions of its offers beside the digests by which they are known. */
  #describe(dataset: Dataset): void {
    for (const { policy } of dataset.offers) {
      for (const [digest, condition] of accessOf(policy).conditions) {
        this.#add(this.#records.catalogConditions.put([digest], condition));
      }
    }
  }

  #follow(name: string, access: Access, id: string, gains: boolean): void {
    const { gained, lost } = this.#moved.get(name) ?? { gained: new Set<string>(), lost: new Set<string>() };
    this.#moved.set(name, { access, gained, lost });
    (gains ? gained : lost).add(id);
    (gains ? lost : gained).delete(id);
  }

  #add(write: Write): void {
    this.#writes.set(keyText(keyOf(write)), write);
  }
}
