import { isIP } from 'node:net';
import forge from 'node-forge';
import { TrustError } from '../peer/errors.js';
import { isPeerId, type Role, rolePrefix } from '../peer/peer.js';

const { pki } = forge;

/** A root of the data space: PEM. It writes certificates; whether one is good, OpenSSL alone judges. */
export interface CertificateAuthority {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds since epoch, both. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Addresses under which a service is reached; they prove nothing, the id does. */
export interface Addresses {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

export interface CertificateRequest {
  readonly ca: CertificateAuthority;
  /** PEM (SPKI) of an RSA key: all that is taken from a request. */
  readonly publicKey: string;
  readonly id: string;
  readonly role: Role;
  readonly addresses: Addresses;
  readonly validity: Validity;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

/** A self-signed root over an RSA key pair (PEM). */
export function makeRoot(options: {
  readonly space: string;
  readonly keys: { readonly publicKey: string; readonly privateKey: string };
  readonly validity: Validity;
  readonly serial: Uint8Array;
}): CertificateAuthority {
  const certificate = blank(options.keys.publicKey, options.validity, options.serial);
  const name = [{ name: 'organizationName', value: 'Causeway' }, commonName(`${options.space} root`)];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(pki.privateKeyFromPem(options.keys.privateKey), forge.md.sha256.create());
  return { cert: pki.certificateToPem(certificate), key: options.keys.privateKey };
}

/**
 * A certificate for a peer, client and server in one. Subject and names are written here and never taken from a request.
 * @returns PEM
 * @throws TrustError ENROLMENT_REFUSED for an id or address that must not stand in a certificate
 */
export function issueCertificate(request: CertificateRequest): string {
  const { id, role, addresses } = request;
  if (!isPeerId(id))
    throw new TrustError('ENROLMENT_REFUSED', 'expected an id of the characters [A-Za-z0-9:._-] that is no role');
  checkAddresses(addresses);
  const root = pki.certificateFromPem(request.ca.cert);
  const certificate = blank(request.publicKey, request.validity, request.serial);
  certificate.setSubject([
    { name: 'organizationName', value: 'Causeway' },
    { name: 'commonName', value: shorten(id) },
  ]);
  certificate.setIssuer(root.subject.attributes.map(decoded));
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: root.generateSubjectKeyIdentifier().getBytes() },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 6, value: id },
        { type: 6, value: `${rolePrefix}${role}` },
        ...addresses.dns.map((value) => ({ type: 2, value })),
        ...addresses.ip.map((ip) => ({ type: 7, ip })),
      ],
    },
  ]);
  certificate.sign(pki.privateKeyFromPem(request.ca.key), forge.md.sha256.create());
  return pki.certificateToPem(certificate);
}

/** @throws TrustError ENROLMENT_REFUSED */
export function checkAddresses(addresses: Addresses): void {
  const bad =
    addresses.dns.find(
      (name) => name.length > 253 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name),
    ) ?? addresses.ip.find((ip) => isIP(ip) === 0);
  if (bad !== undefined || addresses.dns.length + addresses.ip.length > 32) {
    throw new TrustError(
      'ENROLMENT_REFUSED',
      bad === undefined
        ? 'expected at most 32 addresses'
        : `${JSON.stringify(bad.slice(0, 80))} is no host name or IP address`,
    );
  }
}

function blank(publicKey: string, validity: Validity, serial: Uint8Array): forge.pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(publicKey);
  // A serial number is positive and at most 20 bytes (RFC 5280, section 4.1.2.2).
  certificate.serialNumber = `01${Buffer.from(serial).toString('hex')}`;
  certificate.validity.notBefore = new Date(validity.notBefore);
  certificate.validity.notAfter = new Date(validity.notAfter);
  return certificate;
}

// A space may be called 演示空间, which a PrintableString cannot hold. ASCII stays what it was.
function commonName(name: string): forge.pki.CertificateField {
  const value = shorten(name);
  return /^[ -~]*$/.test(value)
    ? { name: 'commonName', value }
    : { name: 'commonName', value, valueTagClass: forge.asn1.Type.UTF8 as number };
}

// node-forge reads a UTF8String as its bytes and encodes it once more when it writes one; an issuer has to stay the same.
function decoded(field: forge.pki.CertificateField): forge.pki.CertificateField {
  const utf8 = (field.valueTagClass as number | undefined) === forge.asn1.Type.UTF8;
  return utf8 && typeof field.value === 'string' ? { ...field, value: forge.util.decodeUtf8(field.value) } : field;
}

// X.520 bounds a common name to 64 characters.
function shorten(name: string): string {
  return [...name].slice(0, 64).join('');
}
