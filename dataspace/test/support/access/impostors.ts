import type { Identity } from '@causeway/certs/peer';
import type { Api } from '@causeway/cli';
import { expect, it, vi } from 'vitest';
import type { Detours, Seat } from '../detours.js';
import { Impostor } from '../impostor.js';
import { transfer } from '../probed-story.js';
import type { Scene } from '../scene.js';
import { certificate } from './certificate.js';

const base = '/management/v1';
const patience = { timeout: 30_000, interval: 50 };

/** What makes a connector turn to a seat. */
interface Errand {
  readonly seat: Seat;
  /** Fails while somebody else sits there, where somebody waits for the answer. */
  run(scene: Scene, connector: Api, detours: Detours): Promise<unknown>;
  readonly waits: boolean;
  /** What shows that it works again. */
  again(scene: Scene, connector: Api, detours: Detours): Promise<unknown>;
}

const search: Errand['run'] = (_scene, connector) => connector.get(`${base}/search?q=secret`);

// The authority is asked for a token for somebody to whom nothing was sent before.
const greet: Errand['run'] = ({ probed, story: { heat } }, connector) => {
  const { port } = probed.endpoint(probed.space.connector('heat-treatment').home, 'dsp');
  return connector.send('POST', `${base}/catalog-requests`, { provider: heat.id, address: addressOf(port) });
};

const browse: Errand['run'] = ({ story: { oem } }, connector, detours) =>
  connector.send('POST', `${base}/catalog-requests`, {
    provider: oem.id,
    address: addressOf(detours.proxy('dsp').port),
  });

const addressOf = (port: number) => `https://localhost:${port}/dsp/2025-1`;

const errands: readonly Errand[] = [
  { seat: 'authority', run: greet, waits: true, again: greet },
  { seat: 'broker', run: search, waits: true, again: search },
  { seat: 'dsp', run: browse, waits: true, again: browse },
  {
    seat: 'clearing-house',
    waits: false,
    // Both sign an agreement, and both have an envelope to submit.
    run: ({ story: { secret } }, connector) => connector.send('PUT', `${base}/negotiations/again`, { dataset: secret }),
    again: async (_scene, connector) => {
      const { queues } = await connector.get<{ queues: { logging: { depth: number } } }>(`${base}/status`);
      expect(queues.logging.depth).toBe(0);
      expect(await connector.get(`${base}/negotiations/again`)).toMatchObject({ state: 'FINALIZED' });
    },
  },
  {
    seat: 'log',
    waits: false,
    // It looks at the published log by itself.
    run: async () => undefined,
    again: async (_scene, connector) => {
      expect(await connector.get(`${base}/status`)).not.toHaveProperty('distrusted');
    },
  },
  {
    seat: 'exchange',
    waits: false,
    run: ({ probed, story }, connector) => transfer(connector, 'late', story.agreement.digest, probed.folder),
    again: async (_scene, connector) => {
      expect(await connector.get(`${base}/transfers/late`)).toMatchObject({ state: 'COMPLETED' });
    },
  },
];

/** Who sits at somebody else's address is found out in the handshake: a connector sends it nothing. */
export function impostors(of: () => Scene, roads: () => Detours): void {
  it.each(errands.map((errand) => [errand.seat, errand] as const))(
    "another member's certificate at the address of: %s",
    async (seat, errand) => {
      await using impostor = await Impostor.listen(of().story.heat);
      await visit(errand, impostor);
      expect(impostor.bytes).toBe(0);
      roads().restore(seat);
      await vi.waitFor(async () => errand.again(of(), await connector(), roads()), patience);
    },
  );

  it.each<[string, (right: Identity) => Promise<Identity>, ('TLSv1.2' | 'TLSv1.3')?]>([
    ["another CA's certificate in the right name", ({ id, role }) => certificate(of(), id, role, "another CA's")],
    ['an expired certificate in the right name', ({ id, role }) => certificate(of(), id, role, 'expired')],
    ['a broker of the right name', ({ id }) => certificate(of(), id, 'broker')],
    ['TLS 1.2 with the right certificate', async (right) => right, 'TLSv1.2'],
  ])('nor to: %s', async (_kind, identityOf, version) => {
    for (const errand of errands.filter(({ seat }) => seat === 'dsp')) {
      await using impostor = await Impostor.listen(await identityOf(of().story.oem), version);
      await visit(errand, impostor);
      expect(impostor.bytes).toBe(0);
      roads().restore(errand.seat);
      await vi.waitFor(async () => errand.again(of(), await connector(), roads()), patience);
    }
  });

  const connector = () => of().probed.api('hydraulics');

  async function visit({ seat, run, waits }: Errand, impostor: Impostor): Promise<void> {
    roads().lead(seat, impostor.address);
    const running = run(of(), await connector(), roads());
    if (waits) await expect(running).rejects.toMatchObject({ code: 'REFUSED' });
    else await running;
    await impostor.visited();
  }
}
