import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { askHttp } from '../probes.js';
import type { Scene } from '../scene.js';
import { filled, told } from './everywhere.js';

/** The ports without TLS: management by its key, and everything on loopback. */
export function plainHttp(of: () => Scene): void {
  it('wants the key of that very service for everything on a management port', async () => {
    const { probed } = of();
    const managed = probed.endpoints.filter(({ name }) => name === 'management');
    expect(managed.map(({ role }) => role).sort()).toEqual([
      'authority',
      'broker',
      'connector',
      'connector',
      'connector',
    ]);
    for (const { home, port, routes } of managed) {
      const own = await probed.apiKey(home);
      const others = await Promise.all(
        managed.filter((other) => other.home !== home).map((other) => probed.apiKey(other.home)),
      );
      for (const { method, path } of routes) {
        const send = (authorization?: string) =>
          askHttp({
            ...{ port, method, path: filled(path), headers: authorization === undefined ? {} : { authorization } },
            ...(['PUT', 'POST', 'PATCH'].includes(method) ? { body: '{}' } : {}),
          });
        const name = `${method} ${path} at ${home}`;
        const wrong = [undefined, '', 'Bearer ', 'Bearer x', own, `Basic ${own}`, `Bearer ${own}x`];
        for (const shownKey of [...wrong, ...others.map((key) => `Bearer ${key}`)]) {
          expect(told(await send(shownKey)), name).toMatch(/^http 401 /);
        }
        expect(told(await send(`Bearer ${own}`)), name).toMatch(/^http (200 |201 |400 |404 |422 )/);
      }
    }
  });

  it.each(['connector', 'broker'] as const)('describes every route of a %s in its OpenAPI document', async (role) => {
    const { probed } = of();
    const service = role === 'broker' ? probed.space.broker : probed.space.connector('oem');
    const { home, port, routes } = probed.endpoint(service.home, 'management');
    const headers = { authorization: `Bearer ${await probed.apiKey(home)}` };
    const answer = await askHttp({ port, method: 'GET', path: '/openapi.json', headers });
    const { paths } = JSON.parse('body' in answer ? String(answer.body) : '') as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const listed = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => name !== 'GET /openapi.json');
    expect(described.sort()).toEqual(listed.sort());
  });

  it('is on loopback only, and so is all the rest unless told otherwise', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    for (const { host, port, name } of of().probed.endpoints) {
      expect(host, name).toBe('127.0.0.1');
      if (outside !== undefined) expect(await reachable(outside, port), `${name} at ${outside}`).toBe(false);
    }
  });
}

async function reachable(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 2_000 });
  const outcome = await Promise.race([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
    once(socket, 'timeout').then(() => false),
  ]);
  socket.destroy();
  return outcome;
}
