import { expect, it } from 'vitest';
import { shown } from '../probes.js';
import { expectAlive, ported, type Target } from './target.js';
import { utter } from './wire.js';

const ended = 'Connection: close\r\n\r\n';

/** Requests that no good client sends; what must come back is an error, or nothing. */
const requests: Readonly<Record<string, string>> = {
  'a header of 64 KiB': `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n${ended}`,
  'five thousand headers': `GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(5_000)}${ended}`,
  'a path of 64 KiB': `GET /${'x'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n${ended}`,
  'two lengths': `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n${ended}hello`,
  'a length and chunks': `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${ended}0\r\n\r\n`,
  'a length below nothing': `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n${ended}`,
  'chunks of no size': `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${ended}zz\r\nhello\r\n0\r\n\r\n`,
  'a bare line feed in a header': `GET / HTTP/1.1\r\nHost: x\nX: y\r\n\x00${ended}`,
  'a method of its own': `STEAL / HTTP/1.1\r\nHost: x\r\n${ended}`,
  'a version to come': `GET / HTTP/9.9\r\nHost: x\r\n${ended}`,
  'no host': `GET / HTTP/1.1\r\n${ended}`,
  'an upgrade': `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`,
  'a tunnel': 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n',
  'an absolute target': `GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n${ended}`,
  'a path that cannot be decoded': `GET /%ff%fe/%zz HTTP/1.1\r\nHost: x\r\n${ended}`,
  'an expectation': `POST / HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\n${ended}`,
};

/** HTTP/1.1 that is wrong, to the ports that speak it: by a member, so that nothing is refused for want of a certificate. */
export function http1(of: () => Target): void {
  it.each(Object.entries(requests))('%s: an error or an end', async (_name, request) => {
    const credentials = shown(of().member);
    const reactions = await Promise.all(
      ported(of(), 'http', 'https').map(async ({ role, name, port, protocol }) => {
        const wire = { port, ...(protocol === 'https' ? { credentials } : {}) };
        return { name: `${role} ${name}`, ...(await utter(wire, (socket) => socket.write(request))) };
      }),
    );
    for (const reaction of reactions) {
      expect(reaction.ended, reaction.name).toBe(true);
      expect(reaction.answer, reaction.name).toMatch(/^($|HTTP\/1.1 4\d\d )/);
    }
    await expectAlive(of());
  });

  it('a thousand requests at once on one connection are answered one by one', async () => {
    const credentials = shown(of().member);
    const many = `${'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000)}GET /nothing HTTP/1.1\r\nHost: x\r\n${ended}`;
    for (const { port, protocol, name } of ported(of(), 'http', 'https')) {
      const wire = { port, patience: 10_000, ...(protocol === 'https' ? { credentials } : {}) };
      const { ended: over, answer } = await utter(wire, (socket) => socket.write(many));
      expect(over, name).toBe(true);
      expect(answer, name).toMatch(/^HTTP\/1.1 4/);
    }
    await expectAlive(of());
  });
}
