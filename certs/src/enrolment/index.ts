export { type Enrolment, type EnrolOptions, enrol } from './enrol.js';
export { type Invitation, readInvitation } from './invitation.js';
