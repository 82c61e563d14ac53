export { type Api, openApi } from './api.js';
export { CliError, type CliErrorCode } from './errors.js';
export { createHome, homePaths, type ServiceRole, serviceRoles } from './home.js';
export { bytes } from './output.js';
export { type RunFile, readRunFile, removeRunFile, writeRunFile } from './run-file.js';
export type { DatasetView, DutyView, NegotiationView, SearchView, TransferView } from './views.js';
