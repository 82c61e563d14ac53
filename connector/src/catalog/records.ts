import type { Access } from '../model.js';

/** How far the catalog has moved. Stored with each change, so that none can be made without it. */
export interface CatalogHead {
  /** Counts the changes that anybody could see. */
  readonly revision: number;
  /** Of this revision and all before it: a store that was set back and went on differently has other ones. */
  readonly tag: string;
}

/** That something has changed for those who see through `touched`. Kept for a while, by revision. */
export interface CatalogChange {
  readonly tag: string;
  readonly dataset: string;
  readonly touched: readonly Access[];
}

/** How far an index of another version, or none, has been made anew. */
export interface IndexState {
  readonly index: number;
  readonly stage: 'clearing' | 'filling' | 'whole';
  /** Of the last dataset that is in it. */
  readonly cursor?: string;
  /** As in `CatalogHead`, of what is in it so far. */
  readonly tag: string;
}
