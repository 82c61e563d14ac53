// A recorder for tests: loaded before everything else (`node --import`), it appends every Dataspace Protocol message and answer
// that this process sends to a file of its own in the folder CAUSEWAY_RECORD. `npm run test:vectors` holds them against the
// official schemas. Whatever leaves by node:http on a path of DSP counts as sent by us; what a test makes up by hand, it sends with
// `fetch`, or says so by the header `x-made-by-hand`.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

const folder = process.env.CAUSEWAY_RECORD;
if (folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}-${Date.now()}.jsonl`);
  const append = (text) => appendFileSync(file, `${text}\n`);

  // A test's network between two connectors hands over what it carries before it loses or changes it.
  subscribe('causeway:dsp-sent', (body) => append(JSON.stringify(body)));

  const { end } = http.OutgoingMessage.prototype;
  http.OutgoingMessage.prototype.end = function (chunk, ...rest) {
    const byHand = this instanceof http.ClientRequest && this.hasHeader('x-made-by-hand');
    const path = this.path ?? this.req?.originalUrl ?? this.req?.url ?? '';
    const body = typeof chunk === 'string' || chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : '';
    if (body !== '' && !byHand && /\/2025-1\/(catalog|negotiations|transfers)\//.test(path)) append(body);
    return end.call(this, chunk, ...rest);
  };
}
