import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { closeServer, listen } from '@causeway/platform';
import type { Members } from '../management.js';
import { type EdcPort, type EdcSettings, edcPorts, edcProperties } from './edc-properties.js';

const startMs = 120_000;
const lookMs = 250;
const namespace = 'https://w3id.org/edc/v0.0.1/ns/';
export const edcProtocol = 'dataspace-protocol-http:2025-1';

/** A released EDC, control and data plane in one process, and its management API. */
export class Edc implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ports: Readonly<Record<EdcPort, number>>;
  #ended = false;

  private constructor(process: ChildProcess, ports: Readonly<Record<EdcPort, number>>) {
    this.#process = process;
    this.#ports = ports;
    process.on('exit', () => {
      this.#ended = true;
    });
  }

  /** @param folder its configuration and its log go there */
  static async start(classpath: string, folder: string, settings: EdcSettings = {}): Promise<Edc> {
    const ports = await freePorts();
    const config = join(folder, 'edc.properties');
    await writeFile(config, edcProperties(ports, settings), { mode: 0o600 });
    const log = openSync(join(folder, 'edc.log'), 'w');
    const main = 'org.eclipse.edc.boot.system.runtime.BaseRuntime';
    const command = ['-Xmx512m', '-cp', classpath, `-Dedc.fs.config=${config}`, main];
    const edc = new Edc(spawn('java', command, { stdio: ['ignore', log, log] }), ports);
    try {
      await edc.#ready();
      return edc;
    } catch (error) {
      await edc[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Its DSP base URL. */
  get dsp(): string {
    return `http://127.0.0.1:${this.#ports.protocol}/protocol/2025-1`;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async post(path: string, body: object): Promise<Members> {
    return Object(await this.#ask('POST', path, { '@context': { '@vocab': namespace }, ...body }));
  }

  /** What a query finds. */
  async list(path: string, query: object): Promise<Members[]> {
    const found = await this.#ask('POST', path, { '@context': { '@vocab': namespace }, ...query });
    return [found].flat().map(Object);
  }

  async get(path: string): Promise<Members> {
    return Object(await this.#ask('GET', path));
  }

  /** Asks again until what is shown is in one of these states. @throws Error after `seconds` */
  async until(path: string, states: readonly string[], seconds = 60): Promise<Members> {
    const deadline = Date.now() + seconds * 1_000;
    for (;;) {
      const view = await this.get(path);
      if (states.includes(String(view['state']))) return view;
      if (Date.now() > deadline) {
        throw new Error(`Expected ${path} of EDC to be ${states.join(' or ')}; it is ${JSON.stringify(view)}`);
      }
      await setTimeout(lookMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const late = new AbortController();
    const kill = setTimeout(10_000, undefined, { signal: late.signal }).then(
      () => this.#process.kill('SIGKILL'),
      () => false,
    );
    await gone;
    late.abort();
    await kill;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + startMs;
    while (Date.now() < deadline && !this.#ended) {
      // Its health is good before its interfaces are there.
      const ready = await this.post('assets/request', { '@type': 'QuerySpec', limit: 1 }).then(
        () => true,
        () => false,
      );
      if (ready) return;
      await setTimeout(lookMs);
    }
    throw new Error(`EDC ${this.#ended ? 'ended' : 'was not ready in time'}; its log says why.`);
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.management}/management/v3/${path}`, {
      ...{ method, headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(60_000) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of EDC: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}

/** Free at the moment: EDC takes no port 0. */
async function freePorts(): Promise<Readonly<Record<EdcPort, number>>> {
  const servers = edcPorts.map((name) => ({ name, server: createServer() }));
  const found = await Promise.all(
    servers.map(async ({ name, server }) => [name, await listen(server, '127.0.0.1', 0)] as const),
  );
  await Promise.all(servers.map(({ server }) => closeServer(server)));
  return Object.fromEntries(found) as Record<EdcPort, number>;
}
