export { type ConnectorConfig, connectorConfig } from './config.js';
export type { Decider, NegotiationStage, TransferStage } from './control.js';
export { diagnose } from './diagnosis/diagnose.js';
export type { Diagnosis, Finding, FirewallRule } from './diagnosis/finding.js';
export { ConnectorError, type ConnectorErrorCode } from './errors.js';
export type { Negotiation, Reason, Transfer } from './model.js';
export type { Caller, DspBinding, DspIdentity, OpenData } from './ports.js';
export type { Decision } from './process/work.js';
export { type StartConnectorOptions, startConnector } from './service.js';
