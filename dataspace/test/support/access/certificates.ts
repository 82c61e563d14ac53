import { type Identity, roles } from '@causeway/certs/peer';
import { expect, it } from 'vitest';
import { type Credentials, shown } from '../probes.js';
import { rules } from '../rules.js';
import type { Scene } from '../scene.js';
import { certificate } from './certificate.js';
import { everywhere, told } from './everywhere.js';

/** Certificates that prove nothing, and good ones of others. */
export function certificates(of: () => Scene): void {
  it.each<[string, (caller: Identity) => Promise<Credentials>]>([
    ['no certificate', async () => ({})],
    ["another CA's certificate", async ({ id, role }) => shown(await certificate(of(), id, role, "another CA's"))],
    ['an expired certificate', async ({ id, role }) => shown(await certificate(of(), id, role, 'expired'))],
    ['TLS 1.2', async (caller) => ({ ...shown(caller), version: 'TLSv1.2' })],
  ])('is refused everywhere: %s', async (kind, credentialsOf) => {
    const wrong: string[] = [];
    const tried = await everywhere(of(), async (request, { port }) =>
      request.send({ port, credentials: await credentialsOf(request.caller) }),
    );
    for (const [{ name, at, rule }, outcome] of tried) {
      // Where something is open, anybody gets through the handshake, and is asked for a certificate afterwards.
      const mixed = at.protocol === 'https' && at.name !== 'broker-reads' && kind !== 'TLS 1.2';
      if (mixed && rule.roles === 'anybody') continue;
      // Data is open to unbound tokens too, so what is wrong with a token is said to whoever shows no certificate.
      const open = name === 'connector data GET /data/:id' ? /^http 401 (PEER_MISSING|TOKEN_INVALID)$/ : undefined;
      const expected = mixed ? (open ?? /^http 401 PEER_(MISSING|UNTRUSTED)$/) : /^closed$/;
      if (!expected.test(told(outcome))) wrong.push(`${name} at ${at.port}: ${told(outcome)}`);
    }
    expect(tried.length).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
  });

  it('lets a good one do what its role may, and nothing else', async () => {
    const wrong: string[] = [];
    const impostors = await Promise.all(roles.map((role) => certificate(of(), `urn:causeway:${role}-probe`, role)));
    for (const impostor of impostors) {
      const tried = await everywhere(of(), async (request, { port, home, name }) => {
        const audience = name === 'dsp' ? await of().probed.identity(home) : request.caller;
        const token = await of().probed.trust.token({ subject: impostor, audience: audience.id });
        const headers: Record<string, string> = name === 'dsp' ? { authorization: `Bearer ${token}` } : {};
        return request.send({ port, credentials: shown(impostor), headers });
      });
      for (const [{ name, rule }, outcome] of tried) {
        if (rule.roles === 'anybody' || name === 'authority enrolment POST /v1/tokens') continue;
        const refused = /^(rpc 7 ROLE_REFUSED|http 403 ROLE_REFUSED|http 401 UNAUTHENTICATED)$/.test(told(outcome));
        if (refused === rule.roles.includes(impostor.role)) wrong.push(`${impostor.role}, ${name}: ${told(outcome)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('gets a token of the authority in its own name only, and by the enrolled key only', async () => {
    const request = await rules['authority enrolment POST /v1/tokens']?.request(of());
    const { hydraulics } = of().story;
    for (const [id, role] of [
      [hydraulics.id, 'participant'],
      [hydraulics.id, 'broker'],
      ['urn:causeway:broker', 'broker'],
      ['urn:causeway:nobody', 'participant'],
    ] as const) {
      const outcome = await request?.send({ credentials: shown(await certificate(of(), id, role)) });
      expect(outcome && told(outcome), `${id} as ${role}`).toBe('http 403 TOKEN_REFUSED');
    }
  });
}
