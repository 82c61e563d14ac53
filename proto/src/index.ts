export { causeway } from '#messages';
export { Broker, ClearingHouse, Exchange } from '#services';
export type { Method } from './method.js';
