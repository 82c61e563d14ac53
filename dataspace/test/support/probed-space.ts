import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, loadIdentity } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { type Api, homePaths, openApi, type ServiceRole } from '@causeway/cli';
import { type Firm, runCommand, Space, type SpaceOptions } from '@causeway/dataspace';
import { signingKeyFrom } from '@causeway/evidence';
import type { RunningServer } from '@causeway/platform';

/** A port as `causeway status --json` names it, with whose it is. */
export interface Endpoint extends Omit<RunningServer, 'close'> {
  readonly role: ServiceRole;
  readonly home: string;
  readonly pid: number;
}

interface Status {
  readonly services: readonly {
    readonly home: string;
    readonly role: ServiceRole;
    readonly running: boolean;
    readonly pid: number;
    readonly ports: readonly Omit<RunningServer, 'close'>[];
  }[];
}

/** A space of real processes whose authority's keys we hold too: we can issue what it never would. */
export class ProbedSpace implements AsyncDisposable {
  readonly space: Space;
  readonly folder: string;
  #endpoints: readonly Endpoint[] = [];
  #trust: TestTrust | undefined;

  private constructor(space: Space, folder: string) {
    this.space = space;
    this.folder = folder;
  }

  /** @param prepare what has to be said before the start, such as public ports */
  static async start(
    firms: readonly Firm[],
    options: { settings?: SpaceOptions['settings']; prepare?: (space: Space) => void } = {},
  ): Promise<ProbedSpace> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-probed-'));
    const settings: SpaceOptions['settings'] = async (name, ports) => ({
      ...(name === 'authority' ? { rsaBits: '2048' } : {}),
      ...(await options.settings?.(name, ports)),
    });
    const space = new Space({ folder, firms, settings });
    const probed = new ProbedSpace(space, folder);
    try {
      options.prepare?.(space);
      await space.start();
      await probed.#read();
      return probed;
    } catch (error) {
      await probed[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #read(): Promise<void> {
    const { services } = await runCommand<Status>('status', '--home', this.folder);
    this.#endpoints = services.flatMap(({ home, role, pid, ports }) =>
      ports.map((port) => ({ ...port, role, home, pid })),
    );
    const { home } = this.space.authority;
    const key = (name: string) => readFile(join(home, name), 'utf8');
    this.#trust = await testTrust({
      space: 'demo',
      keys: {
        ca: { cert: await key('root.cert.pem'), key: await key('root.key.pem') },
        statement: signingKeyFrom(createPrivateKey(await key('statement.key.pem'))),
      },
    });
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Issues certificates, statements and tokens as this space's authority. */
  get trust(): TestTrust {
    if (!this.#trust) throw new TypeError('the space has not started');
    return this.#trust;
  }

  endpoint(home: string, name: string): Endpoint {
    const found = this.#endpoints.find((each) => each.home === home && each.name === name);
    if (!found) throw new TypeError(`no port ${name} in ${home}`);
    return found;
  }

  /** What that service proves itself with. */
  identity(home: string): Promise<Identity> {
    return loadIdentity(homePaths(home).identity);
  }

  async apiKey(home: string): Promise<string> {
    return (await readFile(homePaths(home).apiKey, 'utf8')).trim();
  }

  api(firm: string): Promise<Api> {
    return openApi(this.space.connector(firm).home);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.space.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
