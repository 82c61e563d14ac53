import { loadIdentity } from '@causeway/certs/peer';
import { loadConfig, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { clearingHouseConfig } from '../config.js';
import { startClearingHouse } from '../service.js';

// A clearing house as a process of its own, for the test that kills it: `child.js IDENTITY-FOLDER FOLDER`. Its first line
// on stdout names its ports.
const [, , identity = '', folder = ''] = process.argv;
const service = await startClearingHouse({
  config: await loadConfig(clearingHouseConfig, { flags: { grpcPort: '0', httpsPort: '0', operationsPort: '0' } }),
  identity: await loadIdentity(identity),
  folder,
  clock: systemClock,
  random: systemRandom,
  log: silentLogger,
});
const ports = Object.fromEntries(service.servers.map(({ protocol, port }) => [protocol, port]));
process.stdout.write(`${JSON.stringify(ports)}\n`);
