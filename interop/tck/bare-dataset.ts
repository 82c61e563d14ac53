import { join } from 'node:path';
import { createMetrics, openLevelStore, silentLogger, systemClock } from '@causeway/platform';
import { publishing } from './internals.js';

/**
 * Publishes a dataset under an id that does not begin with its publisher's, which no connector does: one case of the kit asks
 * for the dataset by an id that stands in its code. The connector that opens this store afterwards finds it there.
 */
export async function publishBare(
  folder: string,
  file: string,
  { dataset, offer }: { readonly dataset: string; readonly offer: string },
): Promise<void> {
  const { Publisher, openRecords, connectorEvents } = await publishing();
  class BarePublisher extends Publisher {
    override id(name: string): string {
      return name;
    }
  }
  const store = await openLevelStore({ path: join(folder, 'store') });
  try {
    const publisher = new BarePublisher({
      ...{ store, records: openRecords(store), clock: systemClock, self: '', changed: () => {} },
      events: connectorEvents(silentLogger, createMetrics('seed')),
    });
    const policy = { '@type': 'Offer', '@id': offer, permission: [{ action: 'use' }] };
    await publisher.publish(dataset, { file, title: { en: dataset }, offers: [{ policy }] });
  } finally {
    await store.close();
  }
}
