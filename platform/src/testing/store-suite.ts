import type { Store } from '../store/store.js';

/** Two clients of one store. `reopen` closes both and opens the same data again. */
export interface StoreFixture {
  readonly a: Store;
  readonly b: Store;
  reopen(): Promise<StoreFixture>;
  close(): Promise<void>;
}
export function storeSuite(name: string, open: () => Promise<StoreFixture>): void {
  void name;
  void open;
}
