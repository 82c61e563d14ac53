import { type ConfigOf, defineConfig, option } from '@causeway/platform';

/** The options of the authority, `CAUSEWAY_AUTHORITY_…`. */
export const authorityConfig = defineConfig('AUTHORITY', {
  space: option.text({
    doc: 'Name of the data space; it stands in every trust bundle and never changes.',
    default: 'causeway',
  }),
  id: option.text({ doc: 'Id of the authority itself.', default: 'urn:causeway:authority' }),
  host: option.text({ doc: 'Address on which enrolment, trust and tokens are served.', default: '127.0.0.1' }),
  port: option.port({ doc: 'Port for enrolment, trust and tokens (HTTPS).', default: 7400 }),
  publicHost: option.text({
    doc: 'Host name or address under which others reach the authority; it stands in invitations and the trust bundle.',
    default: '127.0.0.1',
  }),
  publicPort: option.port({ doc: 'Port under which others reach the authority; 0 for the one served.', default: 0 }),
  adminHost: option.text({
    doc: "Address of the operator's API (plain HTTP: keep it on loopback).",
    default: '127.0.0.1',
  }),
  adminPort: option.port({ doc: "Port of the operator's API.", default: 7401 }),
  operationsHost: option.text({ doc: 'Address of health and metrics.', default: '127.0.0.1' }),
  operationsPort: option.port({ doc: 'Port of health and metrics.', default: 7402 }),
  rsaBits: option.integer({
    doc: 'Size of RSA keys, its own and the least accepted, in bits.',
    default: 3_072,
    min: 2_048,
    max: 8_192,
  }),
  rootValidity: option.duration({ doc: 'How long the root certificate is valid.', default: '3650d' }),
  certificateValidity: option.duration({
    doc: 'How long a TLS certificate and a key statement are valid.',
    default: '365d',
  }),
  invitationValidity: option.duration({ doc: 'How long an invitation may be used.', default: '7d' }),
  tokenValidity: option.duration({ doc: 'How long an attribute token is valid.', default: '10m' }),
});

export type AuthorityConfig = ConfigOf<(typeof authorityConfig)['shape']>;
