export type { AuthorityAdmin, EnrolmentView, PageWanted, ServicesView } from './admin.js';
export { type AuthorityConfig, authorityConfig } from './config.js';
export type { InvitationWanted, Invited } from './invitations.js';
export type { Attributes, EnrolmentState, ParticipantRecord, Services } from './records.js';
export { type Authority, type StartAuthorityOptions, startAuthority } from './service.js';
