import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { causeway, ended, firstEvent, launch, Running } from './testing/causeway.js';

// A small real space: an authority and one connector, each a process of its own, in a folder of this test.
let folder: string;
let authority: Running;
let connector: Running;
let busy: Server;
let usedInvitation: string;
const at = (...parts: string[]) => join(folder, ...parts);
const home = (name: string) => ['--home', at(name)];
const wrongPort = () => String((busy.address() as AddressInfo).port);

async function invite(name: string, role = 'participant'): Promise<string> {
  const asked = ['authority', 'invite', name, '--id', `urn:causeway:${name}`, '--role', role, ...home('authority')];
  return String((await causeway([...asked, '--json'])).objects()[0]?.invitation);
}

async function enrol(name: string, invitation: string, ...set: string[]): Promise<Readonly<Record<string, unknown>>> {
  const joining = launch(['join', invitation, ...home(name), ...settings(...set), '--json']);
  const { enrolment } = await firstEvent(joining);
  const joined = ended(joining);
  await causeway(['authority', 'approve', String(enrolment), ...home('authority')]);
  return (await joined).objects()[0] ?? {};
}

const settings = (...pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-cli-'));
  busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  await writeFile(at('data.csv'), 'part,count\nXG-4021-07,3\n');
  await writeFile(at('no.json'), '{"permission": [');
  await writeFile(at('list.json'), '[]');
  await writeFile(at('typo.json'), JSON.stringify({ permission: [{ action: 'uze' }] }));
  await symlink(at('circle'), at('circle'));
  const options = settings('port=0', 'adminPort=0', 'operationsPort=0', 'rsaBits=2048');
  await causeway(['init', '--space', 'test', ...home('authority'), ...options]);
  authority = await Running.start('authority', at('authority'));
  usedInvitation = await invite('oem');
  await enrol(
    'oem',
    usedInvitation,
    'dspPort=0',
    'exchangePort=0',
    'dataPort=0',
    'managementPort=0',
    'operationsPort=0',
  );
}, 30_000);

afterAll(async () => {
  await connector?.[Symbol.asyncDispose]();
  await authority?.[Symbol.asyncDispose]();
  busy?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The objects a command prints, one after the other. */
function events({ stdout }: ChildProcess): () => Promise<Readonly<Record<string, unknown>>> {
  if (!stdout) throw new TypeError('its output is not read');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? '{}') as Readonly<Record<string, unknown>>;
}

interface Mistake {
  readonly what: string;
  readonly args: () => readonly string[];
  readonly code?: 1 | 2;
  /** The code it names, and words that say what came and what to do. */
  readonly says: readonly [string, ...(string | RegExp)[]];
}

const nobody = `sha-256:${'0'.repeat(64)}`;
const member = ['--to', 'urn:causeway:hydraulics'];
/** Enrolled here. */
const known = ['--to', 'urn:causeway:oem'];
const publish = (...more: string[]) => ['publish', at('data.csv'), '--yes', ...more, ...home('oem')];
const attributes = (...more: string[]) => [
  'authority',
  'attributes',
  'urn:causeway:oem',
  ...more,
  ...home('authority'),
];

/** Tells a program in one object, and neither in a stack trace. */
async function expectMistake({ args, code = 1, says: [name, ...words] }: Mistake): Promise<string> {
  const ran = await causeway([...args(), '--json']);
  expect(ran).toMatchObject({ code, stderr: '' });
  expect(ran.stdout).not.toMatch(/\\n\s+at |node:internal|\.js:\d+/);
  const objects = ran.objects() as { error: { code: string; message: string } }[];
  expect(objects).toEqual([{ error: expect.objectContaining({ code: name, message: expect.any(String) }) }]);
  const message = objects[0]?.error.message ?? '';
  for (const word of words) expect(message).toMatch(word);
  return message;
}

describe('a mistake is told with what was expected and what to do', () => {
  const beforeAnything: readonly Mistake[] = [
    { what: 'no command', args: () => [], code: 2, says: ['USAGE', '--help'] },
    { what: 'an unknown command', args: () => ['publis'], code: 2, says: ['USAGE', 'Did you mean publish'] },
    { what: 'an unknown option', args: () => ['search', '--homes', 'x'], code: 2, says: ['USAGE', '--homes'] },
    { what: 'a missing argument', args: () => ['pull', ...home('oem')], code: 2, says: ['USAGE', /--to/] },
    {
      what: 'a setting without value',
      args: () => ['join', 'x', '--set', 'port'],
      code: 2,
      says: ['USAGE', 'name=value'],
    },
    {
      what: 'a role that is none',
      args: () => ['authority', 'invite', 'x', '--role', 'king'],
      code: 2,
      says: ['USAGE', 'participant'],
    },
    { what: 'no uses', args: () => publish(...member, '--times', '0'), code: 2, says: ['USAGE', '--times', 'from 1'] },
    {
      what: 'an end without zone',
      args: () => publish(...member, '--until', '2099-01-01T00:00:00'),
      code: 2,
      says: ['USAGE', 'zone'],
    },
    {
      what: 'an end in the past',
      args: () => publish(...member, '--until', '2020-01-01T00:00:00Z'),
      code: 2,
      says: ['USAGE', 'passed'],
    },
    { what: 'an id that is none', args: () => publish('--to', 'hydraulics'), code: 2, says: ['USAGE', 'urn:causeway'] },
    { what: 'terms for nobody', args: () => publish('--times', '3'), code: 2, says: ['USAGE', '--to'] },
    {
      what: 'a policy and terms',
      args: () => publish(...member, '--policy', at('no.json')),
      code: 2,
      says: ['USAGE', '--policy'],
    },
    { what: 'a name that is none', args: () => publish('--name', '../x'), code: 2, says: ['USAGE', 'letters'] },
    {
      what: 'a missing file',
      args: () => ['publish', at('nothing.csv'), ...home('oem')],
      says: ['UNREADABLE', 'does not exist'],
    },
    {
      what: 'nobody to ask',
      args: () => ['publish', at('data.csv'), ...home('oem')],
      code: 2,
      says: ['USAGE', '--yes'],
    },
    {
      what: 'a day there is none of',
      args: () => publish(...member, '--until', '2099-02-30'),
      code: 2,
      says: ['USAGE', 'expected a date'],
    },
    {
      what: 'a date in the past',
      args: () => publish(...member, '--until', '2020-01-01'),
      code: 2,
      says: ['USAGE', 'passed'],
    },
    {
      what: 'an auditor that is none',
      args: () => publish(...member, '--auditors', '*'),
      code: 2,
      says: ['USAGE', 'no id'],
    },
    {
      what: 'a folder as a version',
      args: () => ['update', 'data.csv', folder, ...home('oem')],
      says: ['UNREADABLE', 'folder'],
    },
    {
      what: 'an unreadable file',
      args: () => ['publish', at('circle'), ...home('oem')],
      says: ['UNREADABLE', 'ELOOP'],
    },
    {
      what: 'a policy that is missing',
      args: () => publish('--policy', at('nothing.json')),
      says: ['UNREADABLE', 'ODRL'],
    },
    {
      what: 'a policy that is no JSON',
      args: () => publish('--policy', at('no.json')),
      says: ['UNREADABLE', 'no JSON', 'ODRL'],
    },
    {
      what: 'a policy that is a list',
      args: () => publish('--policy', at('list.json')),
      says: ['UNREADABLE', 'JSON object'],
    },
    {
      what: 'a target that exists',
      args: () => ['pull', nobody, '--to', at('data.csv'), ...home('oem')],
      says: ['TARGET_EXISTS', '--to'],
    },
    {
      what: 'a target in a file',
      args: () => ['pull', nobody, '--to', at('data.csv', 'x'), ...home('oem')],
      says: ['UNWRITABLE', '--to'],
    },
    {
      what: 'a home that cannot be made',
      args: () => ['init', '--space', 'x', ...home('data.csv')],
      says: ['UNWRITABLE', '--home'],
    },
    {
      what: 'a home that is taken',
      args: () => ['init', '--space', 'x', ...home('authority')],
      says: ['HOME_TAKEN', '--home'],
    },
    {
      what: 'an option no service has',
      args: () => ['init', '--space', 'x', ...home('new'), '--set', 'prt=1'],
      says: ['CONFIG_INVALID', 'prt'],
    },
    { what: 'no home', args: () => ['search', ...home('nowhere')], says: ['HOME_MISSING', 'causeway join', '--home'] },
    { what: 'no home at all', args: () => ['status', ...home('nowhere')], says: ['HOME_MISSING', '--home'] },
    {
      what: 'the home of another service',
      args: () => ['search', ...home('authority')],
      says: ['HOME_MISSING', 'home of a connector'],
    },
    {
      what: 'starting another service',
      args: () => ['broker', ...home('authority')],
      says: ['HOME_MISSING', 'causeway authority'],
    },
    {
      what: 'a service that runs already',
      args: () => ['authority', ...home('authority')],
      says: ['HOME_TAKEN', 'process'],
    },
    {
      what: 'a service that is down',
      args: () => publish(...member),
      says: ['SERVICE_DOWN', 'causeway connector --home'],
    },
    {
      what: 'a space without services',
      args: () => ['connector', ...home('oem')],
      says: ['SPACE_INCOMPLETE', 'authority services'],
    },
    {
      what: 'a space without services, joined again',
      args: () => ['join', usedInvitation, ...home('oem'), '--start'],
      says: ['HOME_TAKEN'],
    },
    { what: 'no invitation', args: () => ['join', 'hello', ...home('new')], says: ['INVITATION_INVALID', 'whole'] },
    {
      what: 'a truncated invitation',
      args: () => ['join', usedInvitation.slice(0, -300), ...home('new')],
      says: ['INVITATION_INVALID', 'whole'],
    },
    {
      what: 'a used invitation',
      args: () => ['join', usedInvitation, ...home('late')],
      says: ['CODE_REFUSED', /invitation/],
    },
    {
      what: 'an invitation as text and as file',
      args: () => ['join', usedInvitation, '--file', at('data.csv'), ...home('new')],
      code: 2,
      says: ['USAGE', 'not both'],
    },
    {
      what: 'an invitation that is no file',
      args: () => ['join', '--file', at('nothing.txt'), ...home('new')],
      says: ['UNREADABLE', 'does not exist'],
    },
    {
      what: 'an unknown enrolment',
      args: () => ['authority', 'approve', 'x/y', ...home('authority')],
      says: ['REFUSED', 'no such enrolment'],
    },
    {
      what: 'an attribute without value',
      args: () => ['authority', 'attributes', 'x', '--attribute', 'role='],
      code: 2,
      says: ['USAGE', 'name=value'],
    },
    {
      what: 'a level that is none',
      args: () => attributes('--attribute', 'securityLevel=highest'),
      says: ['REFUSED', 'securityLevel', 'trust+'],
    },
    {
      what: 'attributes of nobody',
      args: () => ['authority', 'attributes', 'urn:causeway:nobody', ...home('authority')],
      says: ['REFUSED', 'no participant'],
    },
    { what: 'a reason for nothing', args: () => attributes('--reason', 'x'), code: 2, says: ['USAGE', '--reason'] },
    {
      what: 'a record that is missing',
      args: () => ['audit', 'verify', at('none'), '--key', 'k', '--log', folder],
      says: ['UNREADABLE', 'none'],
    },
  ];
  test.concurrent.each(beforeAnything)('$what', async (mistake) => {
    await expectMistake(mistake);
  });
});

test('what tokens say of a participant is shown, changed and remembered', async () => {
  const values = ['--attribute', 'role=buyer, quality', '--attribute', 'country=CN-31', '--reason', 'audit 7'];
  const changed = await causeway([...attributes(...values), '--json']);
  const said = { role: ['buyer', 'quality'], country: 'CN-31' };
  expect(changed.objects()).toMatchObject([{ id: 'urn:causeway:oem', attributes: said, revision: 1 }]);
  const shown = await causeway(attributes('--remove', 'country'));
  expect(shown.stdout).toMatch(/^oem \(urn:causeway:oem\)\n {2}role = buyer, quality\n/);
  const [history] = (await causeway([...attributes('--history'), '--json'])).objects();
  expect(history).toMatchObject({
    items: [
      { revision: 2, before: said },
      { revision: 1, reason: 'audit 7' },
    ],
  });
});

test('join says that it waits for broker and clearing house', async () => {
  const joining = launch(['join', await invite('forge'), ...home('forge'), '--start', '--json']);
  const next = events(joining);
  const { enrolment } = await next();
  await causeway(['authority', 'approve', String(enrolment), ...home('authority')]);
  expect(await next()).toMatchObject({ id: 'urn:causeway:forge' });
  expect(await next()).toEqual({ event: 'waiting', for: 'services' });
  joining.kill('SIGINT');
  const message = expect.stringContaining('causeway connector --home');
  expect(await next()).toMatchObject({ error: { code: 'INTERRUPTED', message } });
});

describe('once broker and clearing house are announced', () => {
  beforeAll(async () => {
    const [, log] = await Promise.all([
      enrol('broker', await invite('broker', 'broker')),
      enrol('log', await invite('log', 'clearing-house')),
    ]);
    const nobodyThere = ['--broker-https', 'https://localhost:1', '--broker-grpc', 'localhost:1'];
    const logThere = ['--clearing-house-https', 'https://localhost:1', '--clearing-house-grpc', 'localhost:1'];
    const ids = ['--broker-id', 'urn:causeway:broker', '--clearing-house-id', 'urn:causeway:log'];
    const key = ['--vkey', String(log.vkey)];
    const all = [...ids, ...key, ...nobodyThere, ...logThere, ...home('authority')];
    const ran = await causeway(['authority', 'services', ...all]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  }, 30_000);

  test('join starts the connector when it is told to', async () => {
    const ports = ['dspPort=0', 'exchangePort=0', 'dataPort=0', 'managementPort=0', 'operationsPort=0'];
    const joining = launch(['join', await invite('mill'), ...home('mill'), ...settings(...ports), '--start', '--json']);
    const next = events(joining);
    const { enrolment } = await next();
    await causeway(['authority', 'approve', String(enrolment), ...home('authority')]);
    expect(await next()).toMatchObject({ id: 'urn:causeway:mill' });
    expect(await next()).toMatchObject({ event: 'running', id: 'urn:causeway:mill' });
    const exit = once(joining, 'exit');
    joining.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  test.each(['dspPort', 'exchangePort', 'dataPort', 'managementPort'])('a port in use is named: %s', async (option) => {
    const message = await expectMistake({
      what: option,
      args: () => ['connector', ...home('oem'), '--set', `${option}=${wrongPort()}`, '--log-level', 'silent'],
      says: ['PORT_IN_USE', 'in use'],
    });
    expect(message).toContain(wrongPort());
  });

  describe('and a connector runs', () => {
    beforeAll(async () => {
      connector = await Running.start('connector', at('oem'));
    }, 30_000);

    const mistakes: readonly Mistake[] = [
      {
        what: 'a policy with a typing mistake',
        args: () => publish('--policy', at('typo.json')),
        says: ['REFUSED', 'did you mean use'],
      },
      {
        what: 'a recipient that nobody knows',
        args: () => publish('--to', 'urn:causeway:nobody'),
        says: ['REFUSED', 'urn:causeway:nobody', 'spelt'],
      },
      {
        what: 'what the policies do not know',
        args: () => publish(...known, '--prohibit', 'distrbute'),
        says: ['REFUSED', 'did you mean'],
      },
      {
        what: 'changing what is not there',
        args: () => ['update', 'none', '--title', 'x', '--yes', ...home('oem')],
        says: ['REFUSED', 'no dataset'],
      },
      {
        what: 'withdrawing what is not there',
        args: () => ['withdraw', 'none', '--reason', 'x', '--yes', ...home('oem')],
        says: ['REFUSED', 'no dataset'],
      },
      {
        what: 'an unknown publisher',
        args: () => ['request', 'urn:causeway:nobody:orders', ...home('oem')],
        says: ['REFUSED', /broker/],
      },
      {
        what: 'a dataset id that is none',
        args: () => ['request', 'orders', ...home('oem')],
        says: ['REFUSED', 'provider'],
      },
      {
        what: 'an unknown agreement',
        args: () => ['pull', nobody, '--to', at('new.csv'), ...home('oem')],
        says: ['REFUSED', 'no agreement'],
      },
      {
        what: 'an agreement that is none',
        args: () => ['pull', 'sha-256:1', '--to', at('new.csv'), ...home('oem')],
        code: 2,
        says: ['USAGE', 'causeway usage lists it'],
      },
      {
        what: 'ending an unknown agreement',
        args: () => ['stop', nobody, '--reason', 'over', '--yes', ...home('oem')],
        says: ['REFUSED', 'no agreement'],
      },
      {
        what: 'ending one where nobody can be asked',
        args: () => ['stop', nobody, '--reason', 'over', ...home('oem')],
        code: 2,
        says: ['USAGE', '--yes'],
      },
      {
        what: 'the record of nothing',
        args: () => ['audit', 'export', nobody, '--out', at('new.json'), ...home('oem')],
        says: ['REFUSED', 'no agreement'],
      },
      {
        what: 'an unknown transfer',
        args: () => ['show', 'urn:uuid:1', ...home('oem')],
        says: ['REFUSED', 'urn:uuid:1'],
      },
      { what: 'a broker that is down', args: () => ['search', '油缸', ...home('oem')], says: ['REFUSED', /broker/] },
      {
        what: 'a cursor that is none',
        args: () => ['authority', 'pending', '--cursor', 'x', ...home('authority')],
        says: ['REFUSED', 'cursor'],
      },
      { what: 'starting it again', args: () => ['connector', ...home('oem')], says: ['HOME_TAKEN', 'process'] },
    ];
    test.concurrent.each(mistakes)('$what', async (mistake) => {
      await expectMistake(mistake);
      expect([existsSync(at('new.csv')), existsSync(at('new.json'))]).toEqual([false, false]);
    });

    test('a mistake in a policy is told to a person once, with its place', async () => {
      const { code, stderr } = await causeway(publish('--policy', at('typo.json')));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^REFUSED: \/permission\/0\/action: .*did you mean use\?\n$/);
    });

    test('an empty file and a name in Chinese with spaces become datasets, each under a name of its own', async () => {
      const names = ['大 文件.bin', '大  文件.bin', 'plain.csv'];
      for (const name of names) await writeFile(at(name), '');
      const published = await Promise.all(
        names.map((name) => causeway(['publish', at(name), '--yes', ...home('oem'), '--json'])),
      );
      const ids = published.map((ran) => ran.objects()[0]?.id as string);
      expect(ids[2]).toBe('urn:causeway:oem:plain.csv');
      expect(new Set(ids).size).toBe(3);
      expect(published[0]?.objects()).toMatchObject([
        { title: { en: '大 文件.bin' }, source: { bytes: 0 }, offers: [] },
      ]);
    });

    test('a folder is published file by file, changed, listed and withdrawn, in either language', async () => {
      await mkdir(at('parts', 'old'), { recursive: true });
      // 件号,名称 / XG-4021-07,动臂油缸, in GB18030.
      const gb18030 = Buffer.from('bcfebac52cc3fbb3c60a58472d343032312d30372cb6afb1dbd3cdb8d70a', 'hex');
      await writeFile(at('parts', 'gb.csv'), gb18030);
      await writeFile(at('parts', 'broken.csv'), 'a,b\n1,"2\n');
      const folderOf = ['publish', at('parts'), '--yes', ...known, '--times', '3', ...home('oem')];
      const [{ published, skipped } = {}] = (await causeway([...folderOf, '--json'])).objects();
      expect(published).toMatchObject([
        { id: 'urn:causeway:oem:parts.broken.csv' },
        { id: 'urn:causeway:oem:parts.gb.csv' },
      ]);
      expect(skipped).toMatchObject([{ name: 'old', why: { en: 'it is a folder' } }]);
      const again = (await causeway([...folderOf, '--lang', 'zh'])).stdout;
      expect(again).toContain('CSV，GB18030，逗号分隔，1 行，2 列');
      expect(again).toContain('第 2 行');
      expect(again).toContain('跳过 old: 子文件夹');

      const update = ['update', 'parts.gb.csv', '--title-zh', '零件', '--until', '2099-01-01', ...known, '--yes'];
      const taken = (await causeway([...update, ...home('oem'), '--lang', 'zh'], { env: { TZ: 'Asia/Shanghai' } }))
        .stdout;
      expect(taken).toContain('2099-01-01 按本机时区（Asia/Shanghai）取当日零时：2099-01-01T00:00:00+08:00');
      expect(taken).toContain('urn:causeway:oem 可以使用该数据，条件是：2099年1月1日 00:00（北京时间）之前。');
      const changed = (await causeway([...update, ...home('oem'), '--json'])).objects();
      expect(changed).toMatchObject([{ title: { en: 'gb.csv', zh: '零件' }, content: { encoding: 'GB18030' } }]);
      const listed = (await causeway(['datasets', ...home('oem'), '--lang', 'zh'])).stdout;
      expect(listed).toMatch(
        /urn:causeway:oem:parts\.gb\.csv {2}零件\n.*1 行.*\n {2}提供给 urn:causeway:oem; 0 份合约有效/,
      );
      const shown = (await causeway(['datasets', 'show', 'parts.gb.csv', ...home('oem')])).stdout;
      expect(shown).toMatch(/urn:causeway:oem may use the data before 20(98|99)-/);
      expect(shown).not.toContain('XG-4021-07');

      const withdraw = ['withdraw', 'urn:causeway:oem:parts.gb.csv', '--reason', 'old', '--yes', ...home('oem')];
      expect((await causeway([...withdraw, '--json'])).objects()).toMatchObject([{ withdrawnFor: 'old' }]);
      expect((await causeway(['usage', ...home('oem')])).stdout).toBe('There are none.\n');
    }, 30_000);

    test('status shows each service, its process and ports; what was killed is not running', async () => {
      const shown = async () => {
        const { services } = (await causeway(['status', '--home', folder, '--json'])).objects()[0] as {
          services: readonly { readonly role: string }[];
        };
        return Object.fromEntries(services.map((service) => [service.role, service]));
      };
      const dsp = expect.objectContaining({ name: 'dsp', protocol: 'https', port: expect.any(Number) });
      expect(await shown()).toMatchObject({
        authority: { running: true, id: 'urn:causeway:authority', pid: expect.any(Number) },
        connector: { running: true, ports: expect.arrayContaining([dsp]), detail: { id: 'urn:causeway:oem' } },
        broker: { running: false, ports: [] },
      });
      await connector.kill();
      expect(await shown()).toMatchObject({ authority: { running: true }, connector: { running: false, ports: [] } });
      const { stdout } = await causeway(['status', ...home('oem')]);
      expect(stdout).toBe(`${at('oem')} (connector) is not running\n`);
    });
  });
});

test('who stops waiting for the operator goes on with the same command, after a mistake in it even', async () => {
  const invitation = await invite('steel');
  const join = ['join', invitation, ...home('steel'), '--json'];
  const first = launch(join);
  const { enrolment } = await firstEvent(first);
  const stopped = ended(first);
  first.kill('SIGINT');
  expect(await stopped).toMatchObject({ code: 1, stderr: '' });
  await causeway(['authority', 'approve', String(enrolment), ...home('authority')]);
  const mistaken = await causeway([...join, '--set', 'dspPort=many']);
  expect(mistaken.objects().at(-1)).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
  expect((await causeway(join)).objects().at(-1)).toMatchObject({ id: 'urn:causeway:steel', role: 'participant' });
});

test('an invitation survives a mail, by file and by standard input, in both languages', async () => {
  const asked = ['authority', 'invite', '恒力铸造', '--id', 'urn:causeway:foundry', ...home('authority')];
  const { stdout: zh } = await causeway(asked, { env: { LANG: 'zh_CN.UTF-8' } });
  expect(zh).toMatch(/数据空间“test”的加入邀请/);
  const { stdout: en } = await causeway([...asked, '--lang', 'en'], { env: { LANG: 'zh_CN.UTF-8' } });
  expect(en).toMatch(/^Invitation to the data space "test"[\s\S]*SHA-256 (?:[0-9A-F]{2}:){31}/);
  const mail = en.replace(/^/gm, '> ').replaceAll('\n', '\r\n');
  await writeFile(at('mail.txt'), mail);
  // The second took the place of the first.
  const stale = await causeway(['join', '-', ...home('foundry'), '--json'], { input: zh });
  expect(stale.objects()).toMatchObject([{ error: { code: 'CODE_REFUSED' } }]);
  expect(existsSync(at('foundry'))).toBe(false);

  const joining = launch(['join', '--file', at('mail.txt'), ...home('foundry'), '--dns', 'foundry.example', '--json']);
  const { enrolment } = await firstEvent(joining);
  const joined = ended(joining);
  await causeway(['authority', 'approve', String(enrolment), ...home('authority')]);
  expect((await joined).objects()).toMatchObject([{ id: 'urn:causeway:foundry' }]);
  expect(JSON.parse(await readFile(at('foundry', 'config.json'), 'utf8'))).toEqual({
    host: '0.0.0.0',
    publicHost: 'foundry.example',
  });
});

test('an auditor has a home of its own, with an identity and no service', async () => {
  const joined = await enrol('lens', await invite('lens', 'auditor'));
  expect(joined).toMatchObject({ home: at('lens'), id: 'urn:causeway:lens', role: 'auditor' });
  const { code, stderr } = await causeway(['connector', ...home('lens')]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^HOME_MISSING: .*an auditor.*audit list/),
  });
  const { stdout } = await causeway(['status', ...home('lens')]);
  expect(stdout).toBe(`${at('lens')} (auditor) runs no service\n`);
});
