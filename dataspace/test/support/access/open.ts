import { serviceRoles } from '@causeway/cli';
import { expect, it } from 'vitest';
import { askHttp, type Outcome } from '../probes.js';
import { routeName, type Scene } from '../scene.js';
import { openList } from '../security-page.js';
import { everywhere, filled, told } from './everywhere.js';

/** The table of SECURITY.md, both ways. */
export function whatIsOpen(of: () => Scene): void {
  it('is what SECURITY.md says, and nothing else', async () => {
    const open = new Set<string>();
    const answers = (outcome: Outcome) =>
      outcome.kind === 'http' && outcome.status !== 401 && outcome.status !== 403 && outcome.status !== 426;
    for (const [{ name }, outcome] of await everywhere(of(), (request, { port }) =>
      request.send({ credentials: {}, port }),
    )) {
      if (answers(outcome)) open.add(name);
    }
    for (const endpoint of of().probed.endpoints.filter(({ protocol }) => protocol === 'http')) {
      for (const route of endpoint.routes) {
        const outcome = await askHttp({ port: endpoint.port, method: route.method, path: filled(route.path) });
        if (answers(outcome)) open.add(routeName(endpoint, route));
      }
    }
    const listed = (await openList()).flatMap((line) =>
      line.startsWith('* ') ? serviceRoles.map((role) => `${role}${line.slice(1)}`) : [line],
    );
    expect([...open].sort()).toEqual(listed.sort());
  });

  it('is no other path either', async () => {
    const paths = [
      '/',
      '/nothing',
      '/v1/trust/../tokens',
      '/checkpoint/',
      '//checkpoint',
      '/dsp/2025-1/',
      '/%76%31/trust',
    ];
    for (const { port, name } of of().probed.endpoints.filter(({ protocol }) => protocol === 'https')) {
      for (const path of paths) {
        const outcome = await askHttp({ port, path, method: 'GET', credentials: {} });
        expect(told(outcome), `${name} ${path}`).toMatch(/^(closed|http 401 PEER_MISSING)$/);
      }
    }
  });
}
