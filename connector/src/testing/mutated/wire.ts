import { gzipSync } from 'node:zlib';
import type { Dice } from './dice.js';
import { brokenOff, smuggled } from './framing.js';
import { bodyOf, did, type Specimen } from './specimen.js';

/** Mutations of the request that carries a message: its bytes, its headers, its path, and how it is framed. */
type Make = (specimen: Specimen, dice: Dice) => boolean;

const truncated: Make = (specimen, dice) => {
  const body = bodyOf(specimen);
  if (body.length < 2) return false;
  specimen.bytes = body.subarray(0, 1 + dice.below(body.length - 1));
  return did(specimen, `cut to ${specimen.bytes.length} bytes`, 'invalid');
};

const flipped: Make = (specimen, dice) => {
  const body = Buffer.from(bodyOf(specimen));
  // What was made invalid might become something else that nobody minds.
  if (body.length === 0 || specimen.standing === 'invalid') return false;
  for (let count = 1 + dice.below(4); count > 0; count--) {
    const at = dice.below(body.length);
    body[at] = (body[at] ?? 0) ^ (1 << dice.below(8));
  }
  specimen.bytes = body;
  return did(specimen, 'bits flipped', 'open');
};

/** Inside a string, where a lenient decoder would put replacement characters. */
const notUtf8: Make = (specimen, dice) => {
  const body = bodyOf(specimen);
  const at = body.indexOf('urn:', dice.below(Math.max(body.length - 40, 1)));
  if (at < 0) return false;
  const bytes = dice.pick([
    [0xff],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xe4, 0xb8],
    [0x80],
  ]);
  specimen.bytes = Buffer.concat([body.subarray(0, at), Buffer.from(bytes), body.subarray(at)]);
  return did(specimen, 'bytes that are no UTF-8', 'invalid');
};

const otherJson: Make = (specimen, dice) => {
  const text = bodyOf(specimen).toString('utf8');
  if (text === '') return false;
  const [made, standing] = dice.pick<readonly [string, 'invalid' | 'open']>([
    [`[${text}]`, 'invalid'],
    [`${text}${text}`, 'invalid'],
    [`${text},`, 'invalid'],
    [`//\n${text}`, 'invalid'],
    [text.replaceAll('"', "'"), 'invalid'],
    [text.replace('{', '{,'), 'invalid'],
    [`${text}\u0000`, 'invalid'],
    ['null', 'invalid'],
    ['', 'invalid'],
    ['""', 'invalid'],
    ['{}', 'invalid'],
    ['{"__proto__":{"@type":"x"}}', 'invalid'],
    ['['.repeat(100_000), 'invalid'],
    ['{"a":'.repeat(100_000), 'invalid'],
    [`\ufeff${text}`, 'open'],
    [` \n\t${text}\r\n`, 'open'],
    [text.replaceAll('e', '\\u0065'), 'open'],
  ]);
  specimen.bytes = Buffer.from(made);
  return did(specimen, `body ${JSON.stringify(made.slice(0, 30))}`, standing);
};

const limit = 1_048_576;

const tooLong: Make = (specimen, dice) => {
  const body = bodyOf(specimen);
  if (body.length === 0) return false;
  const over = dice.chance(0.5);
  specimen.bytes = Buffer.concat([
    body,
    Buffer.alloc(limit - body.length + (over ? 1 + dice.below(1_000) : -dice.below(1_000)), ' '),
  ]);
  return did(specimen, `${specimen.bytes.length} bytes long`, over ? 'invalid' : 'open');
};

const types: readonly (readonly [type: string | undefined, standing: 'valid' | 'invalid' | 'open'])[] = [
  [undefined, 'invalid'],
  ['text/plain', 'invalid'],
  ['text/json', 'invalid'],
  ['application/xml', 'invalid'],
  ['application/x-www-form-urlencoded', 'invalid'],
  ['multipart/form-data; boundary=x', 'invalid'],
  ['application/jsonx', 'invalid'],
  ['json', 'invalid'],
  ['', 'invalid'],
  ['application/json, text/plain', 'open'],
  ['application/ld+json', 'open'],
  ['application/json; charset=utf-16le', 'open'],
  ['application/json; charset=latin1', 'open'],
  ['application/json; charset=nonsense', 'open'],
  ['application/json;;;', 'open'],
  ['application/json; charset="', 'open'],
  ['APPLICATION/JSON', 'valid'],
  ['application/json; charset=utf-8', 'valid'],
  ['application/json; charset=UTF-8', 'valid'],
];

const contentType: Make = (specimen, dice) => {
  if (specimen.body === undefined) return false;
  const [type, standing] = dice.pick(types);
  specimen.headers = specimen.headers.filter(([name]) => name !== 'Content-Type');
  if (type !== undefined) specimen.headers.push(['Content-Type', type]);
  return did(specimen, `Content-Type ${type}`, standing);
};

const bomb = gzipSync(Buffer.alloc(16 * limit, ' '));

const encoding: Make = (specimen, dice) => {
  const body = bodyOf(specimen);
  if (body.length === 0) return false;
  const [name, bytes, standing] = dice.pick<readonly [string, Buffer, 'invalid' | 'open']>([
    ['gzip', body, 'invalid'],
    ['br', body, 'invalid'],
    ['deflate', body, 'invalid'],
    ['zstd', body, 'invalid'],
    ['gzip, gzip', body, 'invalid'],
    ['nonsense', body, 'invalid'],
    ['gzip', gzipSync(body).subarray(0, -9), 'invalid'],
    ['gzip', bomb, 'invalid'],
    ['gzip', gzipSync(body), 'open'],
    ['identity', body, 'open'],
  ]);
  specimen.headers.push(['Content-Encoding', name]);
  specimen.bytes = bytes;
  return did(specimen, `Content-Encoding ${name}, ${bytes.length} bytes`, standing);
};

/** Headers that change nothing about what a message says. */
const idle: Make = (specimen, dice) => {
  const header = dice.pick<readonly [string, string]>([
    ['Accept', 'text/html'],
    ['Accept', 'application/xml;q=1, */*;q=0'],
    ['Accept', ';;;,,,'],
    ['Accept', ''],
    ['Accept-Encoding', 'br;q=1, *;q=0'],
    ['Accept-Language', 'x'.repeat(2_000)],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/dsp/2025-1/catalog/request'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Host', 'evil.example'],
    ['Forwarded', 'for=_hidden;host=evil.example'],
    ['If-None-Match', '*'],
    ['If-Modified-Since', 'nonsense'],
    ['Range', 'bytes=0-0,-1,5-2'],
    ['Cookie', '__proto__=1; ='],
    ['Origin', 'null'],
    ['Connection', 'close'],
    ['Connection', 'Authorization'],
    ['Upgrade', 'h2c'],
    ['Expect', '100-continue'],
    ['Trailer', 'Authorization'],
    ['TE', 'trailers, deflate;q=0.5'],
    ['__proto__', 'x'],
    ['constructor', 'x'],
  ]);
  specimen.headers.push([...header]);
  if (header[0] === 'Connection' || header[0] === 'Upgrade') specimen.http = true;
  return did(specimen, header.join(': ').slice(0, 60), 'open');
};

const method: Make = (specimen, dice) => {
  const other = dice.pick([
    'GET',
    'HEAD',
    'OPTIONS',
    'PUT',
    'DELETE',
    'PATCH',
    'TRACE',
    'POST',
    'PROPFIND',
    'CONNECT',
    'get',
    'post',
    'FOO',
  ]);
  if (other === specimen.method) return false;
  const asks = ['GET', 'HEAD', 'OPTIONS'].includes(other);
  specimen.method = other;
  specimen.http = ['CONNECT', 'get', 'post', 'FOO'].includes(other);
  return did(
    specimen,
    other,
    asks && specimen.original.meaning === 'asks' ? 'open' : other === 'OPTIONS' ? 'open' : 'invalid',
  );
};

const path: Make = (specimen, dice) => {
  const { path: was } = specimen;
  const head = /^\/dsp\/2025-1\/[a-z]+\//.exec(was)?.[0] ?? was;
  const tail = was.slice(head.length);
  const [made, http = false] = dice.pick<readonly [string, boolean?]>([
    [`${was}/`],
    [`${was}//`],
    [`/${was}`],
    [was.replaceAll('/', '//')],
    [`${was}?`],
    [`${was}?a=b&a=c&__proto__[x]=1&constructor=2`],
    [`${was}?cursor=%ff&limit=1e9`],
    [`${was}?cursor=${'A'.repeat(3_000)}&limit=-5`],
    [`${was}?cursor[a]=b&limit[]=1`],
    [`${was}?${'a&'.repeat(2_000)}`],
    [`${was};v=1`],
    [`${was}%00`],
    [`${was}%ff`],
    [`${was}%`],
    [`${was}%2e%2e%2f`],
    [`${was}/../termination`],
    [`${was}/..%2ftermination`],
    [`${was}.json`],
    [was.toUpperCase()],
    [was.replaceAll(':', '%3A')],
    [`${head}${tail.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`],
    [was.replace('2025-1', '2024-1')],
    [was.replace('/dsp', '')],
    [`${head}${'a'.repeat(dice.pick([499, 501, 1_100, 6_000]))}`],
    [`${head}${'%F0%9F%98%80'.repeat(dice.pick([125, 300, 1_000]))}`],
    [`${head}__proto__`],
    [`${head}constructor/termination`],
    [`${was}#fragment`, true],
    [`http://evil.example${was}`, true],
    [`${was} HTTP/1.1 x`, true],
    [`${was}\u00e9`, true],
    [`${was}?${'q'.repeat(20_000)}`, true],
    ['*', true],
    ['', true],
    [was.slice(1), true],
  ]);
  specimen.path = made;
  if (http) specimen.http = true;
  return did(specimen, `path ${made.slice(0, 120)}`, 'open');
};

const wireMutations = [
  ...[truncated, truncated, truncated, flipped, flipped, flipped, notUtf8, notUtf8, otherJson, otherJson],
  ...[contentType, contentType, encoding, idle, idle, method, method, path, path, path, smuggled, smuggled, brokenOff],
];

/** Changes how a message comes. */
export function mutateWire(specimen: Specimen, dice: Dice): boolean {
  // A megabyte takes a hundred times as long as another message.
  return (dice.chance(0.005) ? tooLong : dice.pick(wireMutations))(specimen, dice);
}
