export { type ClearingHouseConfig, clearingHouseConfig } from './config.js';
export { LogError, type LogErrorCode, type RefusalCode, refusals } from './errors.js';
export { type FsckReport, fsck } from './log/fsck.js';
export { createLogKey, type LogKey, loadLogKey } from './log/log-key.js';
export { type ClearingHouseOptions, startClearingHouse } from './service.js';
