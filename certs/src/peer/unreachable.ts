const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'could not be reached: nobody listens there',
  ENOTFOUND: 'could not be reached: no name server knows this name',
  EAI_AGAIN: 'could not be reached: the name server does not answer',
  EHOSTUNREACH: 'could not be reached: there is no way to it in this network',
  ENETUNREACH: 'could not be reached: there is no way to it in this network',
  ETIMEDOUT: 'could not be reached: no answer; a firewall may stand between',
  ECONNRESET: 'broke off',
  EPROTO: 'does not speak TLS 1.3, or something on the way does not',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired; if it has not, the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet; if it is, the clock of this machine is wrong',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate that is not of this data space',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate that is not of this data space',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate that is not of this data space',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'shows a certificate that is not of this data space',
  CERT_SIGNATURE_FAILURE: 'shows a certificate that is not of this data space',
};

/** Whether the error says that the connection never came to be, so that nothing was sent. */
export function neverSent(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code in reasons && !['ECONNRESET', 'ETIMEDOUT', 'EPROTO'].includes(code);
}

/** Why a connection came to nothing, to follow the name of whom it was to; the system's own code behind it. */
export function unreachable(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return 'could not be reached or broke off';
  return `${reasons[code] ?? 'could not be reached or broke off'} (${code})`;
}
