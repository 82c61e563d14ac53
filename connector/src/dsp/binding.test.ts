import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTrust } from '@causeway/certs/testing';
import { vkeyOf } from '@causeway/evidence';
import { closeServer, listen, loadConfig, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { expect, test } from 'vitest';
import { connectorConfig } from '../config.js';
import { ConnectorError } from '../errors.js';
import type { DspIdentity } from '../ports.js';
import { startConnector } from '../service.js';
import { dspContext } from './vocabulary.js';

/** Believes a name, over plain HTTP; it sends nothing. */
const named: DspIdentity = {
  async authenticate({ peer, authorization }) {
    expect(peer).toBeUndefined();
    if (authorization === undefined) throw new ConnectorError('UNAUTHENTICATED', 'Expected a name.');
    return { id: authorization };
  },
  authorization: async () => 'us',
  binding: {
    scheme: 'http',
    async serve({ app, host, port }) {
      const server = createServer(app);
      const bound = await listen(server, host, port);
      return { name: 'dsp', protocol: 'http', host, port: bound, routes: [], close: () => closeServer(server) };
    },
    request: () => Promise.reject(new Error('nobody is there')),
  },
};

test('an identity brings what carries it: DSP is served over that, and said to be so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-binding-'));
  const ports = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
  const config = await loadConfig(connectorConfig, { flags: ports });
  // A log that nobody serves.
  const vkey = vkeyOf('log.test', generateKeyPairSync('ed25519').publicKey);
  const clearingHouse = { id: 'urn:causeway:log', grpc: '127.0.0.1:1', https: '', origin: 'log.test', vkey };
  const trust = await testTrust({ services: { clearingHouse } });
  const warnings: string[] = [];
  const log = Object.assign(Object.create(silentLogger), { warn: (words: string) => warnings.push(words) });
  const identity = await trust.identity('urn:causeway:p', 'participant');
  const service = await startConnector({
    ...{ config, folder, identity, log, dspIdentity: named },
    ...{ clock: systemClock, random: systemRandom },
  });
  try {
    const dsp = service.servers.find(({ name }) => name === 'dsp');
    expect(dsp?.protocol).toBe('http');
    const root = `http://127.0.0.1:${dsp?.port}/dsp`;
    expect((await fetch(`${root}/.well-known/dspace-version`)).status).toBe(200);
    const ask = (headers: Record<string, string>) =>
      fetch(`${root}/2025-1/catalog/request`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ '@context': [dspContext], '@type': 'CatalogRequestMessage' }),
      });
    expect((await ask({})).status).toBe(401);
    const catalog = await (await ask({ authorization: 'TCK_PARTICIPANT' })).json();
    expect(catalog).toMatchObject({ service: [{ endpointURL: `${root}/2025-1` }] });
    expect(warnings).toContainEqual(expect.stringContaining('without TLS'));
  } finally {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
});
