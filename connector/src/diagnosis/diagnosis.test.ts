import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTrust } from '@causeway/certs/testing';
import { loadConfig } from '@causeway/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorConfig } from '../config.js';
import { certificateFindings } from './certificate.js';
import { diskFinding } from './disk.js';
import { nameFinding } from './names.js';
import { portFindings } from './ports.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-diagnosis-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const day = 86_400_000;

it('says how long the certificate is good, and which address it lacks', async () => {
  const identity = await (await testTrust()).identity('urn:causeway:oem', 'participant');
  const at = async (publicHost: string, now: number) => {
    const found = certificateFindings(identity, await loadConfig(connectorConfig, { flags: { publicHost } }), now);
    return found.map(({ level, found: { en } }) => `${level}: ${en}`);
  };
  const end = Date.parse(new X509Certificate(identity.tls.cert).validTo);
  expect(await at('127.0.0.1', Date.now())).toEqual([
    expect.stringMatching(/^(ok|warning): /),
    expect.stringMatching(/^ok/),
  ]);
  expect((await at('localhost', end - day / 2))[0]).toMatch(/^warning: .*\(0 days\)/);
  expect((await at('localhost', end + day))[0]).toMatch(/^problem: The certificate expired on/);
  expect((await at('localhost', 0))[0]).toMatch(/^problem: .*still to come/);
  expect((await at('oem.example', Date.now()))[1]).toMatch(
    /^warning: Peers are told oem\.example; the certificate names/,
  );
});

it('says when a folder cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(await diskFinding(folder)).not.toMatchObject({ level: 'problem' });
  expect(await diskFinding(join(folder, 'file'))).toMatchObject({
    level: 'problem',
    found: { en: expect.stringContaining('ENOTDIR') },
  });
});

it('names the option of a port that another program has', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const free = { exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
  const taken = await loadConfig(connectorConfig, { flags: { ...free, dspPort: String(port) } });
  expect(await portFindings(taken)).toEqual([
    expect.objectContaining({
      level: 'problem',
      advice: expect.objectContaining({ en: expect.stringContaining('dspPort') }),
    }),
  ]);
  server.close();
  await once(server, 'close');
  expect(await portFindings(taken)).toMatchObject([{ level: 'ok' }]);
});

it('knows a name that leads nowhere, and an address that others cannot mean', async () => {
  expect(await nameFinding('nowhere.invalid', '0.0.0.0')).toMatchObject({ level: 'problem' });
  expect(await nameFinding('localhost', '127.0.0.1')).toMatchObject({ level: 'warning' });
  expect(await nameFinding('192.0.2.1', '127.0.0.1')).toMatchObject({ level: 'problem' });
  expect(await nameFinding('192.0.2.1', '0.0.0.0')).toMatchObject({ level: 'ok' });
});
