export { SpaceError, type SpaceErrorCode } from './errors.js';
export { type BootOptions, bootSpace, type HostedSpace } from './in-process/boot-space.js';
export type { HostedFirm } from './in-process/hosted-firm.js';
export type { HostedService } from './in-process/hosted-service.js';
export { causewayBin, runCommand, startCommand } from './processes/command.js';
export { freePorts } from './processes/free-ports.js';
export { ServiceProcess } from './processes/service-process.js';
export { type Firm, Space, type SpaceOptions } from './processes/space.js';
