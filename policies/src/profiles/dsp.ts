import type { Profile } from './profile.js';

/** Dataspace Protocol 2025-1: the part of ODRL it carries. It adds no term. */
export const dspProfile: Profile = {
  iris: ['https://w3id.org/dspace/2025/1/odrl-profile.jsonld', 'https://w3id.org/dspace/2025/1/odrl-profile'],
  name: 'Dataspace Protocol 2025-1',
  contexts: ['https://w3id.org/dspace/2025/1/context.jsonld', 'https://w3id.org/dspace/2025/1/odrl-profile.jsonld'],
  undeclared: true,
};

/** ODRL's own, which every policy has. */
export const coreProfile: Profile = {
  iris: ['http://www.w3.org/ns/odrl/2/core', 'http://www.w3.org/ns/odrl/2/'],
  name: 'ODRL 2.2 core and common vocabulary',
  contexts: ['http://www.w3.org/ns/odrl.jsonld', 'https://www.w3.org/ns/odrl.jsonld'],
  undeclared: true,
};
