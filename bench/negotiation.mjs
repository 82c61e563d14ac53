// Negotiations from the first request to FINALIZED on both sides, a second: each message over mutual TLS, each state durable on its
// side before it is answered, the agreement signed by both and queued for the clearing house. Five processes on this machine.
//
//   npm run build && node bench/negotiation.mjs [--count 400] [--in-flight 1,16,64] [--discover]
import { parseArgs } from 'node:util';
import { causewayPair } from './negotiation/causeway-pair.mjs';
import { round } from './negotiation/rounds.mjs';

const options = { count: { type: 'string' }, 'in-flight': { type: 'string' }, discover: { type: 'boolean' } };
const { values } = parseArgs({ options });
const count = Number(values.count ?? 400);

const pair = await causewayPair({ discover: values.discover });
try {
  await round(pair, { count, inFlight: 16 });
  for (const inFlight of (values['in-flight'] ?? '1,16,64').split(',').map(Number)) {
    process.stdout.write(`${JSON.stringify(await round(pair, { count, inFlight }))}\n`);
  }
} finally {
  await pair.close();
}
