import { generateKeyPairSync } from 'node:crypto';
import { edcParticipant } from './identity.js';

/** The ports of one EDC process, and where its planes meet. */
export const edcPorts = ['api', 'control', 'management', 'protocol', 'signaling', 'version', 'public'] as const;
export type EdcPort = (typeof edcPorts)[number];

export interface EdcSettings {
  /** Its id. */
  readonly participant?: string;
  /** How often its negotiation state machines look for something to do, in milliseconds; its own default unless given. */
  readonly pollMs?: number;
}

/** Everything that a released EDC is told: no code of ours runs in it. */
export function edcProperties(ports: Readonly<Record<EdcPort, number>>, options: EdcSettings = {}): string {
  const keys = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const at = (port: EdcPort): string => `http://127.0.0.1:${ports[port]}/${port}`;
  const web = edcPorts.flatMap((port): [string, string][] => {
    const prefix = port === 'api' ? 'web.http' : `web.http.${port}`;
    return [
      [`${prefix}.port`, String(ports[port])],
      [`${prefix}.path`, `/${port}`],
    ];
  });
  const settings: [string, string][] = [
    ['edc.participant.id', options.participant ?? edcParticipant],
    ['edc.dsp.callback.address', at('protocol')],
    ['edc.iam.mock.region', 'eu'],
    ['edc.hostname', '127.0.0.1'],
    ...web,
    ['edc.dataplane.api.public.baseurl', at('public')],
    ['edc.transfer.proxy.token.signer.privatekey.alias', 'signer'],
    ['edc.transfer.proxy.token.verifier.publickey.alias', 'verifier'],
    ['signer', keys.privateKey],
    ['edc.iam.publickeys.one.id', 'verifier'],
    ['edc.iam.publickeys.one.value', keys.publicKey],
    ...(['consumer', 'provider'] as const).flatMap((role): [string, string][] => {
      const name = `edc.negotiation.${role}.state-machine.iteration-wait-millis`;
      return options.pollMs === undefined ? [] : [[name, String(options.pollMs)]];
    }),
  ];
  return settings.map(([name, value]) => `${name}=${value.trim().replaceAll('\n', '\\n')}\n`).join('');
}
