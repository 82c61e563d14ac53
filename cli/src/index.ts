export { type Api, openApi } from './api.js';
export { CliError, type CliErrorCode } from './errors.js';
export { createHome, type HomeRole, homePaths, type ServiceRole, serviceRoles } from './home.js';
export { type Words, words } from './language.js';
export { commandLine } from './main.js';
export { bytes, createOutput } from './output.js';
export { type RunFile, readRunFile, removeRunFile, writeRunFile } from './run-file.js';
export type { DatasetView, DutyView, NegotiationView, SearchView, TransferView } from './views.js';
