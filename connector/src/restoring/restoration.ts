import type { Restoration } from '../model.js';
import type { RestoringContext } from './context.js';

/** Adds to what is known of this store's having been restored. */
export async function noteRestoration(
  { store, records, clock }: Pick<RestoringContext, 'store' | 'records' | 'clock'>,
  more: Partial<Pick<Restoration, 'agreements' | 'starts' | 'transfers' | 'unknown'>>,
): Promise<void> {
  for (;;) {
    const stored = await records.restoration.get('store');
    const before = stored?.value;
    const now = clock.now();
    const value: Restoration = {
      first: before?.first ?? now,
      last: now,
      agreements: (before?.agreements ?? 0) + (more.agreements ?? 0),
      starts: (before?.starts ?? 0) + (more.starts ?? 0),
      transfers: (before?.transfers ?? 0) + (more.transfers ?? 0),
      unknown: (before?.unknown ?? 0) + (more.unknown ?? 0),
    };
    const result = await store.commit({
      conditions: [stored ? records.restoration.unchanged(stored) : records.restoration.absent('store')],
      writes: [records.restoration.put(['store'], value)],
    });
    if (result.ok) return;
  }
}
