import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { SpaceError } from '../errors.js';

// Below the ports that systems give to outgoing connections: one of those might be taken again before its service listens.
const [lowest, beyond] = [10_240, 32_768];
const mostTries = 1_000;

/** Ports of this machine that nobody listens on now. @throws SpaceError SERVICE_FAILED when hardly one is free */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  for (let tries = 0; held.size < count; tries++) {
    if (tries === mostTries) throw new SpaceError('SERVICE_FAILED', `expected ${count} free ports of this machine`);
    const port = randomInt(lowest, beyond);
    const server = held.has(port) ? undefined : await listening(port);
    if (server) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => once(server.close(), 'close')));
  return [...held.keys()];
}

async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
