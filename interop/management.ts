import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '@causeway/platform';

export type Members = Readonly<Record<string, unknown>>;

/** The management API of a connector in this process, as its owner's tools use it. */
export class Management {
  readonly #root: string;
  readonly #key: string;

  private constructor(root: string, key: string) {
    this.#root = root;
    this.#key = key;
  }

  static async of(service: Service, folder: string): Promise<Management> {
    const server = service.servers.find(({ name }) => name === 'management');
    const key = await readFile(join(folder, 'api.key'), 'utf8');
    return new Management(`http://${server?.host}:${server?.port}/management/v1`, key.trim());
  }

  get(path: string): Promise<Members> {
    return this.#ask('GET', path);
  }

  put(path: string, body: object): Promise<Members> {
    return this.#ask('PUT', path, body);
  }

  post(path: string, body: object): Promise<Members> {
    return this.#ask('POST', path, body);
  }

  async #ask(method: string, path: string, body?: object): Promise<Members> {
    const response = await fetch(`${this.#root}/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
    });
    const answer = (await response.json()) as Members;
    if (response.ok) return answer;
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  }
}
