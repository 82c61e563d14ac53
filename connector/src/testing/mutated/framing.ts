import { dspContext } from '../../dsp/vocabulary.js';
import type { Dice } from './dice.js';
import { bodyOf, did, type Specimen } from './specimen.js';

/** Mutations of where a request begins and ends. */
type Make = (specimen: Specimen, dice: Dice) => boolean;

/** A second message inside the first: were it taken for a request of its own, it would end a process. */
function inner(specimen: Specimen): Buffer {
  const other = specimen.original.others[0] ?? 'urn:uuid:none';
  const body = JSON.stringify({
    '@context': [dspContext],
    '@type': 'ContractNegotiationTerminationMessage',
    providerPid: other,
    consumerPid: other,
  });
  const head = [
    `POST /dsp/2025-1/negotiations/${other}/termination HTTP/1.1`,
    'Host: a',
    `Authorization: ${specimen.original.caller}`,
  ];
  return Buffer.from(
    [...head, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body].join('\r\n'),
  );
}

const join = (head: readonly string[], body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
const without = (head: readonly string[], name: string): string[] =>
  head.filter((line) => !line.startsWith(`${name}:`));
const chunked = (body: Buffer, size: string): Buffer =>
  Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);

/** Framing that two readers may read in two ways: by HTTP it is refused, or it is one request and no second. */
export const smuggled: Make = (specimen, dice) => {
  const length = (head: readonly string[], value: string) => [
    ...without(head, 'Content-Length'),
    `Content-Length: ${value}`,
  ];
  const te = (head: readonly string[], value: string) => [
    ...without(head, 'Content-Length'),
    `Transfer-Encoding: ${value}`,
  ];
  const size = (body: Buffer) => body.length.toString(16);
  const ways: readonly (readonly [deed: string, raw: NonNullable<Specimen['raw']>])[] = [
    ['two lengths', (head, body) => join([...head, 'Content-Length: 0'], Buffer.concat([body, inner(specimen)]))],
    [
      'length and chunks',
      (head, body) =>
        join([...head, 'Transfer-Encoding: chunked'], Buffer.concat([Buffer.from('0\r\n\r\n'), body, inner(specimen)])),
    ],
    ['chunks twice', (head, body) => join(te(head, 'chunked, chunked'), chunked(body, size(body)))],
    ['chunks, then identity', (head, body) => join(te(head, 'chunked, identity'), chunked(body, size(body)))],
    ['xchunked', (head, body) => join(te(head, 'xchunked'), Buffer.concat([body, inner(specimen)]))],
    [
      'chunks after a tab',
      (head, body) =>
        join([...without(head, 'Content-Length'), 'Transfer-Encoding:\tchunked'], chunked(body, size(body))),
    ],
    [
      'space before the colon',
      (head, body) =>
        join([...without(head, 'Content-Length'), 'Transfer-Encoding : chunked'], chunked(body, size(body))),
    ],
    ['a length with a sign', (head, body) => join(length(head, `+${body.length}`), body)],
    ['a negative length', (head, body) => join(length(head, '-1'), body)],
    ['a length in hex', (head, body) => join(length(head, `0x${size(body)}`), body)],
    ['a huge length', (head, body) => join(length(head, '99999999999999999999'), body)],
    ['a chunk size with a minus', (head, body) => join(te(head, 'chunked'), chunked(body, `-${size(body)}`))],
    ['a huge chunk size', (head, body) => join(te(head, 'chunked'), chunked(body, 'fffffffffffffffff'))],
    [
      'a chunk with an extension',
      (head, body) => join(te(head, 'chunked'), chunked(body, `${size(body)};a="${'x'.repeat(100)}"`)),
    ],
    ['a folded header', (head, body) => join([...head, 'X-Folded: a\r\n b'], body)],
    ['a header without a name', (head, body) => join([...head, ': a'], body)],
    ['a NUL in a header', (head, body) => join([...head, 'X-Nul: a\0b'], body)],
    ['a bare CR in a header', (head, body) => join([...head, 'X-Cr: a\rb'], body)],
    ['lines ended by LF', (head, body) => Buffer.concat([Buffer.from(`${head.join('\n')}\n\n`), body])],
    ['no host', (head, body) => join(without(head, 'Host'), body)],
    ['two hosts', (head, body) => join([...head, 'Host: evil.example'], body)],
    ['3,000 headers', (head, body) => join([...head, ...Array.from({ length: 3_000 }, (_, at) => `X-${at}: a`)], body)],
    ['a header of 70,000 bytes', (head, body) => join([...head, `X-Long: ${'a'.repeat(70_000)}`], body)],
    ['HTTP/0.9', (head, body) => join([String(head[0]).replace(' HTTP/1.1', '')], body)],
    ['HTTP/3.0', (head, body) => join([String(head[0]).replace('HTTP/1.1', 'HTTP/3.0'), ...head.slice(1)], body)],
    ['HTTP/1.0', (head, body) => join([String(head[0]).replace('HTTP/1.1', 'HTTP/1.0'), ...head.slice(1)], body)],
    ['an unknown expectation', (head, body) => join([...head, 'Expect: miracles'], body)],
    [
      'bytes of another protocol',
      (_head, body) => Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), body]),
    ],
    ['a TLS hello', () => Buffer.from('16030100c8010000c40303', 'hex')],
  ];
  const [deed, raw] = dice.pick(ways);
  specimen.raw = raw;
  specimen.http = true;
  return did(specimen, deed, 'open');
};

/** More is announced than comes. */
export const brokenOff: Make = (specimen, dice) => {
  const body = bodyOf(specimen);
  if (body.length < 2) return false;
  const cut = dice.below(body.length);
  specimen.raw = (head, whole) => join(head, whole.subarray(0, cut));
  specimen.http = true;
  specimen.breaksOff = true;
  return did(specimen, `broken off after ${cut} bytes`, 'invalid');
};
