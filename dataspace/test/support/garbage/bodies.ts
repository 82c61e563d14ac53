import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { askHttp, type Outcome, shown } from '../probes.js';
import { expectAlive, type Target } from './target.js';

const mebibyte = 1_048_576;
const context = '["https://w3id.org/dspace/2025/1/context.jsonld"]';

/** A request with consequences, whose body is read. */
interface Reader {
  readonly method: string;
  readonly path: string;
  readonly port: number;
  /** Most bytes of its body. */
  readonly limit: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: boolean;
}

async function readers({ probed, member }: Target): Promise<Reader[]> {
  const { authority, broker } = probed.space;
  const oem = probed.space.connector('oem');
  const key = async (home: string) => ({ authorization: `Bearer ${await probed.apiKey(home)}` });
  const token = await probed.trust.token({ subject: member, audience: oem.run.id });
  const enrolment = { port: probed.endpoint(authority.home, 'enrolment').port, limit: 32_768, headers: {}, tls: true };
  const admin = { port: probed.endpoint(authority.home, 'management').port, headers: await key(authority.home) };
  const admission = { port: probed.endpoint(broker.home, 'management').port, headers: await key(broker.home) };
  const dsp = { port: probed.endpoint(oem.home, 'dsp').port, headers: { authorization: `Bearer ${token}` } };
  const management = { port: probed.endpoint(oem.home, 'management').port, headers: await key(oem.home) };
  const plain = { limit: mebibyte, tls: false };
  return [
    { ...enrolment, method: 'POST', path: '/v1/enrolments' },
    { ...enrolment, method: 'POST', path: '/v1/tokens' },
    { ...admin, method: 'POST', path: '/admin/v1/invitations', limit: 32_768, tls: false },
    { ...admin, method: 'PUT', path: '/admin/v1/services', limit: 32_768, tls: false },
    { ...admission, method: 'POST', path: '/management/v1/participants/urn:x:y/remove', limit: mebibyte, tls: false },
    ...['catalog/request', 'negotiations/request', 'negotiations/urn:uuid:0/agreement', 'transfers/request'].map(
      (path) => ({
        ...{ ...dsp, method: 'POST', path: `/dsp/2025-1/${path}`, limit: mebibyte, tls: true },
      }),
    ),
    { ...management, ...plain, method: 'PUT', path: '/management/v1/datasets/bomb' },
    { ...management, ...plain, method: 'PUT', path: '/management/v1/negotiations/bomb' },
    { ...management, ...plain, method: 'POST', path: '/management/v1/catalog-requests' },
  ];
}

const nested = (open: string, close: string, bytes: number) => {
  const times = Math.floor((bytes - 2) / (open.length + close.length + 1));
  return `${open.repeat(times)}0${close.repeat(times)}`;
};

/** A policy as deep as a body may be: readers of policies call themselves. */
const deepPolicy = (bytes: number) => {
  const constraint = nested('{"and":[', ']}', bytes - 2_000).replace('[0]', '[]');
  const offer = `{"@id":"urn:uuid:0","@type":"Offer","target":"urn:causeway:oem:x","permission":[{"action":"use","constraint":[${constraint}]}]}`;
  return (
    `{"@context":${context},"@type":"ContractRequestMessage","consumerPid":"urn:uuid:1","providerPid":"urn:uuid:0",` +
    `"callbackAddress":"https://localhost:9/","dataset":"urn:causeway:oem:x","file":"/nothing","title":{"en":"x"},` +
    `"offer":${offer},"offers":[{"policy":${offer}}]}`
  );
};

const keys = (bytes: number) =>
  `{${Array.from({ length: Math.floor(bytes / 12) }, (_, index) => `"k${index}":1`).join(',')}}`.slice(0, bytes);

/** Bodies up to the limit of whoever reads them, and beyond it. */
const bodies: Readonly<Record<string, (limit: number) => string | Buffer>> = {
  'arrays within arrays': (limit) => nested('[', ']', limit),
  'objects within objects': (limit) => nested('{"a":', '}', limit),
  'a policy as deep as it gets': (limit) => deepPolicy(limit),
  'a text as long as it gets': (limit) => `{"a":"${'x'.repeat(limit - 10)}"}`,
  'as many members as there fit': keys,
  'the same member again and again': (limit) => `{${'"@type":"x",'.repeat(Math.floor(limit / 13))}"@type":"y"}`,
  'members of every object': () =>
    '{"__proto__":{"polluted":true,"code":"POLLUTED","status":200},"constructor":{"prototype":{"polluted":true}}}',
  'one byte too much': (limit) => `{"a":"${'x'.repeat(limit)}"}`,
  'ten times too much': (limit) => Buffer.alloc(10 * limit, 0x20),
  'half an object': () => '{"a":{"b":',
  'no UTF-8': () => Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]),
  'a number beyond numbers': () => `{"a":${'9'.repeat(10_000)}e${'9'.repeat(1_000)}}`,
  'no object': () => 'null',
};

/** Content encodings: the limit holds for what comes out. */
const encodings: Readonly<Record<string, readonly [encoding: string, body: () => Buffer]>> = {
  'a gzip bomb': ['gzip', () => gzipSync(Buffer.alloc(100 * mebibyte))],
  'no gzip': ['gzip', () => Buffer.from('this is none')],
  'half a gzip': ['gzip', () => gzipSync(Buffer.alloc(10_000)).subarray(0, 20)],
  'an unknown encoding': ['rot13', () => Buffer.from('{}')],
};

/** JSON to everything that reads it. */
export function bodyBombs(of: () => Target): void {
  it.each(Object.entries(bodies))('%s: a coded refusal', async (_name, make) => {
    const wrong: string[] = [];
    for (const reader of await readers(of())) judge(wrong, reader, await send(of(), reader, make(reader.limit)));
    expect(wrong).toEqual([]);
    await expectAlive(of());
  });

  it.each(Object.entries(encodings))('%s: a coded refusal', async (_name, [encoding, make]) => {
    const wrong: string[] = [];
    const body = make();
    for (const reader of await readers(of())) {
      judge(wrong, reader, await send(of(), reader, body, { 'content-encoding': encoding }));
    }
    expect(wrong).toEqual([]);
    await expectAlive(of());
  });
}

function send(
  { member }: Target,
  { port, method, path, headers, tls }: Reader,
  body: string | Buffer,
  more: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const secure = tls ? { credentials: shown(member) } : {};
  return askHttp({ ...secure, port, method, path, body, headers: { ...headers, ...more } });
}

/** A refusal with a code. A body larger than the limit may also be cut off in the middle. */
function judge(wrong: string[], { method, path }: Reader, outcome: Outcome): void {
  if (outcome.kind === 'closed' && outcome.why !== 'no answer in time') return;
  const refused = outcome.kind === 'http' && outcome.status >= 400 && outcome.status < 500 && outcome.code !== '';
  if (!refused) wrong.push(`${method} ${path}: ${JSON.stringify(outcome).slice(0, 300)}`);
}
