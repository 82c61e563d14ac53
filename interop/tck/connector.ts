import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testTrust } from '@causeway/certs/testing';
import { connectorConfig, startConnector } from '@causeway/connector';
import { vkeyOf } from '@causeway/evidence';
import { ensureDir, type Logger, loadConfig, type Service, systemClock, systemRandom } from '@causeway/platform';
import { Management } from '../management.js';
import { publishBare } from './bare-dataset.js';
import { datasetOf, negotiationCases, transferCases } from './cases.js';
import { tckIdentity } from './identity.js';
import { scriptedDecider } from './script.js';

export const connectorId = 'urn:causeway:connector-under-test';

/** CAT:01-01 and CAT:01-02 look for these; CAT:01-03 for one that is not there. */
export const catalogDatasets = ['CAT0101', 'CAT0102'] as const;

/** CN:01-02 names this one in its code, whatever it is configured to. */
export const hardCoded = { dataset: 'ACN0102', offer: 'CD123:ACN0102:456' } as const;

/** A connector as it ships, with the kit's identity and a scripted decider, and the datasets of the cases. */
export class ConnectorUnderTest implements AsyncDisposable {
  readonly management: Management;
  /** `http://127.0.0.1:port/dsp` */
  readonly root: string;
  readonly #service: Service;

  private constructor(service: Service, management: Management) {
    this.#service = service;
    this.management = management;
    const dsp = service.servers.find(({ name }) => name === 'dsp');
    this.root = `http://${dsp?.host}:${dsp?.port}/dsp`;
  }

  /** @param folder its store, and what it publishes, go there */
  static async start(folder: string, log: Logger): Promise<ConnectorUnderTest> {
    const ports = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
    const config = await loadConfig(connectorConfig, { flags: { ...ports, unsignedPeers: 'mark' } });
    const identity = await identityWithoutServices();
    const file = join(folder, 'data.csv');
    await ensureDir(folder);
    await writeFile(file, 'nothing of interest\n');
    await publishBare(folder, file, hardCoded);
    const service = await startConnector({
      ...{ config, folder, identity, clock: systemClock, random: systemRandom },
      ...{ log, dspIdentity: tckIdentity(), decider: scriptedDecider() },
    });
    const management = await Management.of(service, folder);
    const provided = [...negotiationCases, ...transferCases].filter(({ id }) => !id.includes('_C'));
    for (const name of [...catalogDatasets, ...provided.map(datasetOf)]) {
      await management.put(`datasets/${name}`, {
        file,
        title: { en: name },
        offers: [{ terms: { assignees: ['*'] } }],
      });
    }
    return new ConnectorUnderTest(service, management);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#service.close();
  }
}

/** Broker and clearing house are not part of the Dataspace Protocol: they are named, and nobody is there. */
async function identityWithoutServices() {
  const nowhere = '127.0.0.1:1';
  const vkey = vkeyOf('nowhere.test', generateKeyPairSync('ed25519').publicKey);
  const trust = await testTrust({
    services: {
      broker: { id: 'urn:causeway:broker', https: `https://${nowhere}`, grpc: nowhere },
      clearingHouse: {
        id: 'urn:causeway:log',
        https: `https://${nowhere}`,
        grpc: nowhere,
        origin: 'nowhere.test',
        vkey,
      },
    },
  });
  return trust.identity(connectorId, 'participant');
}
