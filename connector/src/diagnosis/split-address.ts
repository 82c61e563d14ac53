/** The host and port of `host:port` or an `https:` address. */
export function splitAddress(address: string): { host: string; port: number } {
  const url = new URL(address.includes('://') ? address : `https://${address}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 443 };
}
