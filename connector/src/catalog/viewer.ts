import { createHash } from 'node:crypto';
import { canonicalJson, isDigest } from '@causeway/evidence';
import { type Clock, keyParts } from '@causeway/platform';
import { transferFacts } from '../facts/table.js';
import type { Access, Dataset, Offer } from '../model.js';
import type { FactsFor } from '../ports.js';
import type { Records } from '../records.js';
import { canHold, everybody, longestName, type Who } from './access.js';
import { firstHead } from './draft.js';

/** What a caller may see, of one revision of the catalog. */
export interface View {
  /** Of the revision. */
  readonly tag: string;
  readonly revision: number;
  /** Another one as soon as anything else is to be seen; a text that may stand in an entity tag. */
  readonly state: string;
  /** Every access that shows the caller anything; absent: there are too many to be read side by side. */
  readonly access?: readonly Access[];
}

/** Accesses decided for a view, and accesses whose datasets are read side by side for a page. */
const mostDecided = 2_000;
const mostMerged = 500;
/** What is kept of a caller, and callers of whom anything is kept: some ten megabytes at most. */
const mostRemembered = 4_000;
const mostViewers = 200;

/** One caller with what is attested of it: each condition is decided for it once, and its view is kept while nothing changes. */
export class Viewer {
  /** Of everything that is known of the caller: what is decided for it stays as long as this does. */
  readonly facts: string;
  readonly #who: Who;
  readonly #records: Records;
  readonly #decided = new Map<string, boolean>();
  #view: View | undefined;

  constructor(records: Records, who: Who, facts: string) {
    this.#records = records;
    this.#who = who;
    this.facts = facts;
  }

  async sees({ to, condition }: Access): Promise<boolean> {
    if (to !== everybody && to !== this.#who.id) return false;
    if (condition === undefined) return true;
    const known = this.#decided.get(condition);
    if (known !== undefined) return known;
    const stored = (await this.#records.catalogConditions.get(condition))?.value;
    const decided = stored !== undefined && canHold(stored, this.#who);
    if (this.#decided.size >= mostRemembered) this.#decided.clear();
    this.#decided.set(condition, decided);
    return decided;
  }

  /** The offers of a dataset that the caller may see: those that could grant it anything. Everything else does not exist. */
  async offers({ offers, withdrawn }: Pick<Dataset, 'offers' | 'withdrawn'>): Promise<readonly Offer[]> {
    const seen: Offer[] = [];
    if (withdrawn !== undefined) return seen;
    for (const offer of offers) if (await this.seesAny(offer.access)) seen.push(offer);
    return seen;
  }

  async seesAny(access: readonly Access[]): Promise<boolean> {
    for (const one of access) if (await this.sees(one)) return true;
    return false;
  }

  /**
   * INVARIANT: the revision is read before anything else of a view, and the view before anything that is answered with it. What changes
   * meanwhile is then newer than the view says, which costs another request; it is never older.
   */
  async view(): Promise<View> {
    const { revision, tag } = (await this.#records.catalogHead.get('head'))?.value ?? firstHead;
    if (this.#view?.tag === tag && this.#view.revision === revision) return this.#view;
    const found = await this.#access();
    this.#view = {
      ...{ revision, tag },
      state: short(JSON.stringify(found === undefined ? [this.facts, tag] : found)),
      ...(found === undefined ? {} : { access: found }),
    };
    return this.#view;
  }

  async #access(): Promise<(Access & { readonly tag: string })[] | undefined> {
    const { catalogAccess } = this.#records;
    const found: (Access & { readonly tag: string })[] = [];
    let decided = 0;
    // No longer name has an access of its own.
    const names = Buffer.byteLength(this.#who.id) > longestName ? [everybody] : [everybody, this.#who.id];
    for (const to of names) {
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page: Awaited<ReturnType<typeof catalogAccess.page>> = await catalogAccess.page({
          ...{ prefix: [to], limit: 999 },
          ...(cursor === undefined ? {} : { cursor }),
        });
        cursor = page.next;
        decided += page.items.length;
        if (decided > mostDecided) return undefined;
        const accesses = page.items.map(({ key, value: { tag } }) => ({ ...readAccess(key), tag }));
        const seen = await Promise.all(accesses.map((one) => this.sees(one)));
        found.push(...accesses.filter((_one, at) => seen[at]));
        if (found.length > mostMerged) return undefined;
      }
    }
    return found;
  }
}

/** The callers of late. */
export class Viewers {
  readonly #options: { readonly records: Records; readonly clock: Clock; readonly factsFor?: FactsFor };
  readonly #known = new Map<string, Viewer>();

  constructor(options: { readonly records: Records; readonly clock: Clock; readonly factsFor?: FactsFor }) {
    this.#options = options;
  }

  /** The caller as it is known now. */
  async of(id: string): Promise<Viewer> {
    const { records, clock, factsFor } = this.#options;
    const attested = (await factsFor?.(id, clock.now())) ?? { values: {} };
    const values = transferFacts({ peer: id, now: 0, attested });
    const facts = short(canonicalJson(JSON.parse(JSON.stringify([id, values]))));
    const known = this.#known.get(id);
    const viewer = known?.facts === facts ? known : new Viewer(records, { id, values }, facts);
    this.#known.delete(id);
    this.#known.set(id, viewer);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostViewers) break;
      this.#known.delete(oldest);
    }
    return viewer;
  }
}

function readAccess(key: Uint8Array): Access {
  const [, to, condition] = keyParts(key).map(String);
  return { to: to ?? '', ...(condition !== undefined && isDigest(condition) ? { condition } : {}) };
}

/** 128 bits of a SHA-256. */
export function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
