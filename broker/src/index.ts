export { type BrokerConfig, brokerConfig } from './config.js';
export { BrokerError, type BrokerErrorCode } from './errors.js';
export { schemas as managementSchemas } from './manage/schemas.js';
export { type BrokerOptions, startBroker } from './service.js';
