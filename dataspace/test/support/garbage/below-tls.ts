import { seededRandom } from '@causeway/platform/testing';
import { expect, it } from 'vitest';
import { shown } from '../probes.js';
import { expectAlive, ported, type Target } from './target.js';
import { utter } from './wire.js';

const random = seededRandom(8);
const bytes = (length: number) => Buffer.from(random.bytes(length));

/** Neither TLS nor HTTP. */
const noise: Readonly<Record<string, Buffer>> = {
  'random bytes': bytes(65_536),
  zeros: Buffer.alloc(65_536),
  'a TLS record longer than any': Buffer.concat([Buffer.from('160301ffff', 'hex'), bytes(65_536)]),
  'a ClientHello of random bytes': Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), bytes(506)]),
  'an alert': Buffer.from('15030300020228', 'hex'),
  'a line that never ends': Buffer.from(`GET /${'x'.repeat(200_000)}`),
  'HTTP/2 without TLS': Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
};

/** What comes before anybody knows who is there. */
export function belowTls(of: () => Target): void {
  it.each(Object.entries(noise))(
    '%s, on every port: the connection ends, or an error is told',
    async (_name, attack) => {
      const reactions = await Promise.all(
        of().probed.endpoints.map(async (endpoint) => ({
          ...{ name: `${endpoint.role} ${endpoint.name}` },
          ...(await utter({ port: endpoint.port }, (socket) => socket.write(attack))),
        })),
      );
      for (const { name, answer, ended } of reactions) {
        expect({ name, ended }).toEqual({ name, ended: true });
        expect(answer, name).not.toMatch(/^HTTP\/1.1 [235]/);
      }
      await expectAlive(of());
    },
  );

  it('random bytes within TLS: the same', async () => {
    const credentials = shown(of().member);
    for (const { port, name, protocol } of ported(of(), 'https', 'grpc')) {
      for (const protocols of [[], ['h2'], ['http/1.1'], ['nonsense']]) {
        const { answer, ended } = await utter({ port, credentials, protocols }, (socket) =>
          socket.write(bytes(65_536)),
        );
        expect({ name, protocol, protocols, ended }).toEqual({ name, protocol, protocols, ended: true });
        expect(answer, name).not.toMatch(/^HTTP\/1.1 [235]/);
      }
    }
    await expectAlive(of());
  });

  it('a hundred connections at once that are cut in the middle of a handshake', async () => {
    const hello = noise['a ClientHello of random bytes'] ?? Buffer.alloc(0);
    for (const { port } of of().probed.endpoints) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          utter({ port, patience: 2_000 }, (socket) => {
            socket.write(hello.subarray(0, 1 + (index % hello.length)));
            socket.destroySoon();
          }),
        ),
      );
    }
    await expectAlive(of());
  });
}
