export { type Enrolment, type EnrolOptions, enrol } from './enrol.js';
export { type Invitation, maxInvitationText, readInvitation } from './invitation.js';
