import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { peerRequest } from '@causeway/certs/peer';
import type { Diagnosis } from '@causeway/connector';
import { bootSpace, type HostedSpace } from '@causeway/dataspace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { causeway } from './support/causeway.js';

const ports = ['dspPort', 'exchangePort', 'dataPort', 'managementPort', 'operationsPort'];
const anyPort = Object.fromEntries(ports.map((option) => [option, '0']));
let space: HostedSpace;
beforeAll(async () => {
  space = await bootSpace({ firms: ['oem', 'hydraulics'], settings: { connector: anyPort } });
});
afterAll(() => space?.close());

const home = () => ['--home', space.firm('oem').home];

async function doctor(): Promise<Diagnosis & { code: number | null }> {
  const { code, stdout } = await causeway('doctor', ...home(), '--json');
  return { ...(JSON.parse(stdout) as Diagnosis), code };
}

const levels = ({ findings }: Diagnosis) =>
  findings.map(({ check, level }) => `${check} ${level}`).filter((line) => !line.endsWith(' ok'));

it('finds a connector well, reached from outside, and names the firewall rules', async () => {
  const firm = space.firm('oem');
  const found = await doctor();
  // On one machine peers are told an address of this machine: a warning, and right for a trial.
  expect({ code: found.code, levels: levels(found) }).toEqual({ code: 0, levels: ['names warning'] });
  for (const port of ['dsp', 'exchange', 'data'].map((name) => firm.port(name))) {
    expect(found.findings).toContainEqual(
      expect.objectContaining({
        check: 'reachability',
        found: expect.objectContaining({ en: expect.stringContaining(`:${port}`) }),
      }),
    );
    expect(found.firewall).toContainEqual(expect.objectContaining({ direction: 'inbound', protocol: 'TCP', port }));
  }
  expect(found.firewall).toContainEqual(
    expect.objectContaining({ direction: 'outbound', port: space.clearingHouse.port('clearing-house') }),
  );
  const { stdout } = await causeway('doctor', ...home(), '--lang', 'zh');
  expect(stdout).toMatch(/未发现问题/);
  expect(stdout).toMatch(/入站 {2}TCP \d+/);
});

it('names what is down, and looks at one that does not run', async () => {
  await space.clearingHouse.stop();
  const down = await doctor();
  expect({ code: down.code, levels: levels(down) }).toEqual({
    code: 1,
    levels: ['names warning', 'clearing-house problem', 'log problem'],
  });
  await space.clearingHouse.start();

  await space.firm('oem').stop();
  const stopped = await doctor();
  expect({ code: stopped.code, levels: levels(stopped) }).toEqual({
    code: 0,
    levels: ['names warning', 'reachability warning'],
  });
  const identity = join(space.firm('oem').home, 'identity');
  await rename(identity, `${identity}.away`);
  const lost = await doctor();
  expect({ code: lost.code, levels: levels(lost) }).toEqual({ code: 1, levels: ['certificate problem'] });
  await rename(`${identity}.away`, identity);
  await space.firm('oem').start();
});

it('connects back to a member only where its certificate says, and not too often', async () => {
  const identity = space.identityOf('hydraulics');
  const { authority } = identity.trust.bundle;
  const probe = async (address: string) => {
    const { status, body } = await peerRequest({
      ...{ identity, url: `${authority.https}/v1/probes`, expect: { id: authority.id, role: 'authority' } },
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ address }) },
      ...{ timeoutMs: 10_000, maxBytes: 10_000 },
    });
    const { code, outcome } = JSON.parse(body) as { code?: string; outcome?: string };
    return `${status} ${code ?? outcome}`;
  };
  const own = space.firm('hydraulics').port('dsp');
  expect(await probe(`127.0.0.1:${own}`)).toBe('200 reached');
  expect(await probe(`localhost:${space.firm('oem').port('dsp')}`)).toBe('200 other');
  expect(await probe(`127.0.0.1:${space.authority.port('management')}`)).toBe('200 other');
  for (const foreign of [
    '10.0.0.1:443',
    'oem.example:443',
    '[::1]:443',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:70000',
  ]) {
    expect(await probe(foreign), foreign).toBe('403 ADDRESS_REFUSED');
  }
  const more = await Promise.all(Array.from({ length: 12 }, () => probe(`127.0.0.1:${own}`)));
  expect(more.filter((answer) => answer === '503 BUSY').length).toBeGreaterThanOrEqual(3);
});
