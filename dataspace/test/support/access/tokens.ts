import { Exchange } from '@causeway/proto';
import { expect, it } from 'vitest';
import { shown } from '../probes.js';
import { rpcName, transferToken } from '../rpc-rules.js';
import { rules } from '../rules.js';
import type { Scene } from '../scene.js';
import { certificate } from './certificate.js';
import { told } from './everywhere.js';

/** Attribute tokens at a connector, transfer tokens at its exchange: those of others open nothing. */
export function tokens(of: () => Scene): void {
  it('opens nothing at a connector', async () => {
    const { probed, story, newcomer } = of();
    const { trust } = probed;
    const { hydraulics, heat, oem } = story;
    const transferred = await transferToken(of(), hydraulics, story.running.providerPid);
    const wrong: string[] = [];
    for (const [name, rule] of Object.entries(rules)) {
      if (!name.startsWith('connector dsp') || rule.roles === 'anybody') continue;
      const request = await rule.request(of());
      const { caller: subject } = request;
      const audience = subject === hydraulics ? oem.id : hydraulics.id;
      const now = Date.now();
      const tokens = {
        none: '',
        "another member's": await trust.token({ subject: heat, audience }),
        'for another audience': await trust.token({ subject, audience: heat.id }),
        'bound to another certificate': await trust.token({ subject, audience, fingerprint: newcomer.signing.kid }),
        expired: await trust.token({ subject, audience, issued: now - 600_000, expires: now - 60_000 }),
        'of another role': await trust.token({ subject: { ...subject, role: 'broker' }, audience }),
        'signed by a member': await trust.token({ subject, audience, key: subject.signing }),
        'of a transfer': transferred,
      };
      for (const [kind, token] of Object.entries(tokens)) {
        const outcome = await request.send({ headers: { authorization: token && `Bearer ${token}` } });
        if (told(outcome) !== 'http 401 UNAUTHENTICATED') wrong.push(`${name}, ${kind}: ${told(outcome)}`);
      }
      // Ours, in the hands of another member.
      const stolen = await request.send({ credentials: shown(heat) });
      if (told(stolen) !== 'http 401 UNAUTHENTICATED') wrong.push(`${name}, stolen: ${told(stolen)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('opens no transfer', async () => {
    const { probed, story } = of();
    const { hydraulics, heat, oem } = story;
    const pull = await rules[rpcName(Exchange.pull)]?.request(of());
    const renewed = await certificate(of(), hydraulics.id, 'participant');
    const tokens = {
      none: '',
      "another member's": await transferToken(of(), heat, story.foreign.providerPid),
      'an attribute token': await probed.trust.token({ subject: hydraulics, audience: oem.id }),
      'bound to another certificate': await transferToken(of(), renewed, story.running.providerPid),
    };
    for (const [kind, token] of Object.entries(tokens)) {
      const outcome = await pull?.send({ headers: { authorization: `Bearer ${token}` } });
      expect(outcome && told(outcome), kind).toBe('rpc 16 TOKEN_INVALID');
    }
    const stolen = await pull?.send({ credentials: shown(renewed) });
    expect(stolen && told(stolen)).toBe('rpc 16 TOKEN_INVALID');
  });
}
