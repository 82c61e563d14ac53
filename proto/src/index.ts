export { causeway } from '#messages';
export { Broker, ClearingHouse, Evidence, Exchange } from '#services';
export type { Method } from './method.js';
