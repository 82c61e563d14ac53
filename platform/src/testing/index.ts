export { ManualClock } from './manual-clock.js';
export { seededRandom } from './seeded-random.js';
export { type StoreFixture, storeSuite } from './store-suite.js';
export { type TemporaryStore, temporaryStore } from './temporary-store.js';
export { writtenLater } from './written-later.js';
