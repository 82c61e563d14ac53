export { type AuthorityConfig, authorityConfig } from './config.js';
export { type Authority, type AuthorityAdmin, type StartAuthorityOptions, startAuthority } from './service.js';
