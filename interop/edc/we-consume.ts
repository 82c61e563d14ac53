import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { closeServer, listen } from '@causeway/platform';
import type { Members } from '../management.js';
import type { Scene } from './edc-consumes.js';
import { edcParticipant } from './identity.js';
import { demand } from './steps.js';

const direction = 'we fetch from EDC';

/** We find EDC's dataset, agree on it and store its bytes; then either side stops and goes on. */
export async function weConsume(scene: Scene): Promise<void> {
  const { edc, own, steps, folder, digest } = scene;
  await using source = await Source.listen(scene.bytes);
  await publish(scene, source);
  const peer = { provider: edcParticipant, address: edc.dsp };

  await steps.run(direction, "EDC's catalog", async () => {
    const { catalog } = await own.management.post('catalog-requests', peer);
    const { dataset } = Object(catalog) as Members;
    const ids = ([dataset].flat() as Members[]).map((one) => one['@id']);
    demand(ids.includes('whole') && ids.includes('slow'), `its datasets, got ${JSON.stringify(catalog).slice(0, 500)}`);
    return [`${ids.length} datasets`, undefined];
  });

  const agree = async (dataset: string): Promise<string> => {
    await own.management.put(`negotiations/${dataset}`, { ...peer, dataset });
    const view = await own.management.get(`negotiations/${dataset}?wait=60`);
    demand(view['state'] === 'FINALIZED', `FINALIZED, got ${JSON.stringify(view)}`);
    return String(view['agreement']);
  };
  const [whole, slow] = await steps.run(direction, 'negotiation to FINALIZED', async () => {
    const agreements = [await agree('whole'), await agree('slow')] as const;
    const view = await own.management.get(`agreements/${agreements[0]}`);
    demand(view['oneSided'] === true, 'the agreement to be one-sided');
    return ['FINALIZED; one-sided at ours', agreements];
  });
  const request = (id: string, agreement: string) =>
    own.management.put(`transfers/${id}`, { agreement, to: join(folder, `${id}.bin`), format: 'HttpData-PULL' });

  await steps.run(direction, 'its bytes are stored, to COMPLETED', async () => {
    await request('whole', whole);
    const view = await own.management.get('transfers/whole?wait=60');
    const { state, stage, oneSided, peerPid } = view;
    demand(
      state === 'COMPLETED' && stage === 'placed' && oneSided === true,
      `it to be stored, got ${JSON.stringify(view)}`,
    );
    const stored = createHash('sha256')
      .update(await readFile(join(folder, 'whole.bin')))
      .digest('hex');
    demand(view['digest'] === digest && `sha-256:${stored}` === digest, `${digest}, got ${view['digest']}`);
    await edc.until(`transferprocesses/${await theirs(String(peerPid))}`, ['COMPLETED', 'DEPROVISIONED']);
    return [`${view['bytes']} bytes, ${digest}; one-sided`, undefined];
  });

  const begun = async (id: string): Promise<string> => {
    await request(id, slow);
    await source.begun();
    const { state, peerPid } = await own.management.get(`transfers/${id}`);
    demand(state === 'STARTED', `STARTED, got ${state}`);
    return theirs(String(peerPid));
  };
  async function theirs(pid: string): Promise<string> {
    const { '@id': id } = await edc.get(`transferprocesses/${pid}`);
    return String(id);
  }

  await steps.run(direction, 'we suspend amid the bytes, and terminate', async () => {
    const id = await begun('stopped');
    await own.management.post('transfers/stopped/suspend', { reason: 'a pause' });
    await edc.until(`transferprocesses/${id}`, ['SUSPENDED']);
    await own.management.post('transfers/stopped/terminate', { reason: 'enough' });
    await edc.until(`transferprocesses/${id}`, ['TERMINATED', 'DEPROVISIONED']);
    const view = await own.management.get('transfers/stopped?wait=20');
    demand(view['state'] === 'TERMINATED' && !existsSync(join(folder, 'stopped.bin')), 'nothing to be kept');
    return ['SUSPENDED, then TERMINATED on both sides; nothing is kept', undefined];
  });

  await steps.run(direction, 'EDC terminates amid the bytes', async () => {
    const id = await begun('revoked');
    await edc.post(`transferprocesses/${id}/terminate`, { '@type': 'TerminateTransfer', reason: 'enough' });
    const view = await own.management.get('transfers/revoked?wait=30');
    demand(
      view['state'] === 'TERMINATED' && !existsSync(join(folder, 'revoked.bin')),
      `TERMINATED, got ${view['state']}`,
    );
    return ['TERMINATED on both sides; nothing is kept', undefined];
  });
}

async function publish({ edc }: Scene, source: Source): Promise<void> {
  await edc.post('policydefinitions', {
    '@id': 'use',
    policy: {
      ...{ '@context': 'http://www.w3.org/ns/odrl.jsonld', '@type': 'Set' },
      permission: [{ action: 'use' }],
    },
  });
  for (const name of ['whole', 'slow']) {
    await edc.post('assets', {
      '@id': name,
      properties: { name },
      dataAddress: { '@type': 'DataAddress', type: 'HttpData', baseUrl: `${source.address}/${name}` },
    });
  }
  await edc.post('contractdefinitions', {
    ...{ '@id': 'all', accessPolicyId: 'use', contractPolicyId: 'use', assetsSelector: [] },
  });
}

/** Where EDC's data plane gets the bytes of its assets: whole, or a beginning of which nothing follows. */
class Source implements AsyncDisposable {
  readonly address: string;
  readonly #close: () => Promise<void>;
  readonly #held: ServerResponse[];

  private constructor(address: string, close: () => Promise<void>, held: ServerResponse[]) {
    this.address = address;
    this.#close = close;
    this.#held = held;
  }

  static async listen(bytes: Uint8Array): Promise<Source> {
    const held: ServerResponse[] = [];
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      if (request.url?.startsWith('/whole')) response.end(bytes);
      else response.write(bytes.subarray(0, 100_000), () => held.push(response));
    });
    const port = await listen(server, '127.0.0.1', 0);
    return new Source(`http://127.0.0.1:${port}`, () => closeServer(server), held);
  }

  /** Resolves when the slow one is being read. */
  async begun(): Promise<void> {
    const before = Date.now();
    while (this.#held.length === 0) {
      if (Date.now() - before > 30_000) throw new Error('Expected EDC to read the slow asset.');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#held.length = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
