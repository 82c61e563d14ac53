export { SpaceError, type SpaceErrorCode } from './errors.js';
export { causewayBin, runCommand, startCommand } from './processes/command.js';
export { freePorts } from './processes/free-ports.js';
export { ServiceProcess } from './processes/service-process.js';
export { type Firm, Space, type SpaceOptions } from './processes/space.js';
