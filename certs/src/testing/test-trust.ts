import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  issueKeyStatement,
  issueTrustBundle,
  jwkOf,
  type SigningKey,
  signingKeyFrom,
  type TrustBundle,
  thumbprint,
} from '@causeway/evidence';
import { type Clock, type Random, systemClock, systemRandom } from '@causeway/platform';
import { type CertificateAuthority, issueCertificate, makeRoot } from '../authority/certificate.js';
import { rsaKeyPair } from '../authority/rsa.js';
import type { Identity } from '../peer/identity.js';
import { fingerprintOf, type Peer, type Role } from '../peer/peer.js';
import { issueAttributeToken } from '../peer/tokens/attribute.js';
import type { TokenSource } from '../peer/tokens/source.js';
import { readTrust, type Trust } from '../peer/trust.js';

/** What a test's trust bundle says of the services; what is left out is empty. */
export type TestServices = Partial<Pick<TrustBundle, 'broker' | 'clearingHouse'>> & {
  readonly authority?: { readonly id?: string; readonly https?: string };
};

export interface TestIdentityOptions {
  /** Milliseconds since epoch; 2020 unless told. */
  readonly notBefore?: number;
  /** Milliseconds since epoch; 2049 unless told. In the past for a certificate that was issued expired. */
  readonly notAfter?: number;
  /** Another space whose root signs the TLS certificate, while everything else is of this one. */
  readonly ca?: TestTrust;
  readonly services?: TestServices;
}

export interface TestTokenOptions {
  /** Whom the token is about. */
  readonly subject: Identity | Peer;
  /** The id of the one it is for. */
  readonly audience: string;
  readonly attributes?: Readonly<Record<string, string | string[]>>;
  /** Of the attributes; 0 unless told. */
  readonly revision?: number;
  /** Milliseconds since epoch; five minutes from now unless told. */
  readonly expires?: number;
  readonly issued?: number;
  /** `x5t#S256` of the certificate it is bound to; the subject's unless told. */
  readonly fingerprint?: string;
  readonly key?: SigningKey;
}

/** A certificate authority in memory: real certificates, statements, tokens and bundles, without its service. */
export interface TestTrust {
  readonly ca: CertificateAuthority;
  /** The authority's statement-and-token key. */
  readonly statementKey: SigningKey;
  readonly pins: readonly string[];
  trust(services?: TestServices): Promise<Trust>;
  identity(id: string, role: Role, options?: TestIdentityOptions): Promise<Identity>;
  token(options: TestTokenOptions): Promise<string>;
  /** Tokens about that identity, as the authority would give it. */
  tokens(identity: Identity, attributes?: Readonly<Record<string, string | string[]>>): TokenSource;
}

const years = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2049, 0, 1) };

/**
 * A fresh data space for a test, or one that exists, by its authority's keys: then it issues what that authority would not. RSA 2048,
 * so that an identity takes about a tenth of a second.
 *
 * @example
 * const trust = await testTrust();
 * const provider = await trust.identity('urn:causeway:steel', 'participant');
 */
export async function testTrust(
  options: {
    random?: Random;
    clock?: Clock;
    services?: TestServices;
    space?: string;
    /** Of a space that exists. */
    keys?: { readonly ca: CertificateAuthority; readonly statement: SigningKey };
  } = {},
): Promise<TestTrust> {
  const { random = systemRandom, clock = systemClock, space = 'test' } = options;
  const serial = () => random.bytes(16);
  const ca = options.keys?.ca ?? makeRoot({ space, keys: await rsaKeyPair(2048), validity: years, serial: serial() });
  const statementKey = options.keys?.statement ?? signingKeyFrom(generateKeyPairSync('ed25519').privateKey);
  const pins = [statementKey.kid];
  const authorityId = options.services?.authority?.id ?? 'urn:causeway:authority';
  const bundles = new Map<string, Promise<Trust>>();
  let sequence = 0;

  const trust = (services: TestServices = {}): Promise<Trust> => {
    const given = { ...options.services, ...services };
    const name = JSON.stringify(given);
    let made = bundles.get(name);
    if (!made) {
      sequence += 1;
      made = makeBundle(given, String(sequence));
      bundles.set(name, made);
    }
    return made;
  };

  const makeBundle = async (services: TestServices, number: string) => {
    const bundle: TrustBundle = {
      version: '1',
      space,
      sequence: number,
      issued: new Date(clock.now()).toISOString(),
      roots: [ca.cert],
      authority: {
        id: authorityId,
        https: services.authority?.https ?? '',
        keys: [{ kid: statementKey.kid, key: jwkOf(statementKey.privateKey) }],
      },
      broker: services.broker ?? { id: '', https: '', grpc: '' },
      clearingHouse: services.clearingHouse ?? { id: '', grpc: '', https: '', origin: '', vkey: '' },
    };
    return readTrust(await issueTrustBundle(bundle, statementKey), pins);
  };

  const certified = async (id: string, role: Role, use: 'signing' | 'encryption') => {
    const { privateKey } =
      use === 'signing' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = jwkOf(privateKey);
    const kid = thumbprint(privateKey);
    const keyStatement = await issueKeyStatement(
      {
        version: '1',
        participant: id,
        role,
        use,
        key,
        kid,
        notBefore: new Date(years.notBefore).toISOString(),
        notAfter: new Date(years.notAfter).toISOString(),
        sequence: '1',
      },
      statementKey,
    );
    return { kid, privateKey, keyStatement };
  };

  const token = (wanted: TestTokenOptions) => {
    const { subject } = wanted;
    const issued = wanted.issued ?? clock.now();
    return issueAttributeToken(
      {
        version: '1',
        iss: authorityId,
        sub: subject.id,
        aud: wanted.audience,
        iat: Math.floor(issued / 1_000),
        exp: Math.floor((wanted.expires ?? issued + 300_000) / 1_000),
        role: subject.role,
        attributes: wanted.attributes ?? {},
        revision: wanted.revision ?? 0,
        cnf: {
          'x5t#S256': wanted.fingerprint ?? ('tls' in subject ? certificateFingerprint(subject) : subject.fingerprint),
        },
      },
      wanted.key ?? statementKey,
    );
  };

  return {
    ca,
    statementKey,
    pins,
    trust,
    token,
    tokens: (identity, attributes = {}) => ({
      for: (audience) => token({ subject: identity, audience, attributes }),
    }),
    async identity(id, role, made = {}) {
      const keys = await rsaKeyPair(2048);
      const bundle = await trust(made.services);
      const cert = issueCertificate({
        ca: made.ca?.ca ?? ca,
        publicKey: keys.publicKey,
        id,
        role,
        addresses: { dns: ['localhost'], ip: ['127.0.0.1', '::1'] },
        validity: { notBefore: made.notBefore ?? years.notBefore, notAfter: made.notAfter ?? years.notAfter },
        serial: serial(),
      });
      return {
        id,
        role,
        tls: { key: keys.privateKey, cert },
        signing: await certified(id, role, 'signing'),
        encryption: await certified(id, role, 'encryption'),
        roots: bundle.bundle.roots,
        trust: bundle,
      };
    },
  };
}

function certificateFingerprint(identity: Identity): string {
  return fingerprintOf(new X509Certificate(identity.tls.cert).raw);
}
