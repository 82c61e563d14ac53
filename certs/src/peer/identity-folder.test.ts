import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type TestTrust, testTrust } from '../testing/index.js';
import type { Identity } from './identity.js';
import { identityFiles, loadIdentity, saveIdentity } from './identity-folder.js';

let trust: TestTrust;
let mine: Identity;
let other: Identity;
let folder: string;

beforeAll(async () => {
  trust = await testTrust();
  mine = await trust.identity('urn:causeway:steel', 'participant');
  other = await trust.identity('urn:causeway:other', 'participant');
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-identity-'));
  await saveIdentity(folder, mine);
});

afterEach(() => rm(folder, { recursive: true }));

it('is read back as it was written, its keys for nobody else', async () => {
  const loaded = await loadIdentity(folder);
  expect(loaded).toMatchObject({ id: mine.id, role: mine.role, signing: { kid: mine.signing.kid } });
  expect(loaded.encryption?.kid).toBe(mine.encryption?.kid);
  expect(loaded.trust.bundle).toEqual(mine.trust.bundle);
  for (const name of Object.values(identityFiles)) {
    expect((await stat(join(folder, name))).mode & 0o077, name).toBe(0);
  }
});

it.each(Object.values(identityFiles))('without %s says what is missing', async (name) => {
  await rm(join(folder, name));
  await expect(loadIdentity(folder)).rejects.toMatchObject({
    code: 'IDENTITY_MISSING',
    message: expect.stringContaining(name),
  });
});

it.each(Object.values(identityFiles))('with garbage in %s is refused', async (name) => {
  await writeFile(join(folder, name), 'garbage');
  await expect(loadIdentity(folder)).rejects.toMatchObject({
    code: expect.stringMatching(/^(IDENTITY|TRUST)_INVALID$/),
  });
});

it('mixed from two is refused', async () => {
  const others = await mkdtemp(join(tmpdir(), 'causeway-identity-'));
  await saveIdentity(others, other);
  for (const name of [
    identityFiles.tlsKey,
    identityFiles.tlsCert,
    identityFiles.signingKey,
    identityFiles.encryptionStatement,
  ]) {
    const own = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), await readFile(join(others, name), 'utf8'));
    await expect(loadIdentity(folder)).rejects.toMatchObject({ code: 'IDENTITY_INVALID' });
    await writeFile(join(folder, name), own);
  }
  await loadIdentity(folder);
  await rm(others, { recursive: true });
});

it('with a trust bundle that another authority signed is refused', async () => {
  const stranger = await testTrust();
  await writeFile(join(folder, identityFiles.trust), (await stranger.trust()).jws);
  await expect(loadIdentity(folder)).rejects.toMatchObject({ code: 'TRUST_INVALID' });
});
