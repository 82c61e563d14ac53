import { join } from 'node:path';
import { testTrust } from '@causeway/certs/testing';
import { clearingHouseConfig, createLogKey, startClearingHouse } from '@causeway/clearing-house';
import { connectorConfig, startConnector } from '@causeway/connector';
import { ensureDir, type Logger, loadConfig, type Service, systemClock, systemRandom } from '@causeway/platform';
import { Management } from '../management.js';
import { edcMockIdentity } from './identity.js';

export const ownId = 'urn:causeway:interop';
const houseId = 'urn:causeway:interop-log';

const system = { clock: systemClock, random: systemRandom };

/**
 * A connector as it ships, with EDC's test identity, and a clearing house as it ships: no byte leaves before the log has answered.
 * There is no broker; EDC knows none.
 */
export class OwnSpace implements AsyncDisposable {
  readonly management: Management;
  /** Its DSP base URL. */
  readonly dsp: string;
  /** Certificates by which a client knows our data endpoint. */
  readonly roots: readonly string[];
  readonly #services: readonly Service[];

  private constructor(services: readonly Service[], management: Management, roots: readonly string[]) {
    this.#services = services;
    this.management = management;
    this.roots = roots;
    const server = services.flatMap(({ servers }) => servers).find(({ name }) => name === 'dsp');
    this.dsp = `http://${server?.host}:${server?.port}/dsp/2025-1`;
  }

  static async start(folder: string, log: Logger): Promise<OwnSpace> {
    const trust = await testTrust();
    const houseFolder = join(folder, 'clearing-house');
    await ensureDir(houseFolder);
    const { vkey } = await createLogKey(houseFolder, houseId);
    const broker = { id: 'urn:causeway:broker', https: 'https://127.0.0.1:1', grpc: '127.0.0.1:1' };
    const named = { id: houseId, origin: houseId, vkey };
    const nowhere = { ...named, https: 'https://127.0.0.1:1', grpc: '127.0.0.1:1' };
    const house = await startClearingHouse({
      ...{ ...system, log, folder: houseFolder },
      identity: await trust.identity(houseId, 'clearing-house', { services: { broker, clearingHouse: nowhere } }),
      config: await loadConfig(clearingHouseConfig, { flags: { grpcPort: '0', httpsPort: '0', operationsPort: '0' } }),
    });
    const port = (name: string) => house.servers.find((server) => server.name === name)?.port;
    const clearingHouse = {
      ...named,
      ...{ https: `https://127.0.0.1:${port('log')}`, grpc: `127.0.0.1:${port('clearing-house')}` },
    };
    const identity = await trust.identity(ownId, 'participant', { services: { broker, clearingHouse } });
    const ports = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
    const ownFolder = join(folder, 'connector');
    const connector = await startConnector({
      ...{ ...system, log, identity, folder: ownFolder, dspIdentity: edcMockIdentity(ownId) },
      config: await loadConfig(connectorConfig, { flags: { ...ports, unsignedPeers: 'mark', dataLinger: '3s' } }),
    });
    return new OwnSpace([connector, house], await Management.of(connector, ownFolder), identity.roots);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services) await service.close();
  }
}
