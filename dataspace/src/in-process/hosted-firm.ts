import { type Api, openApi } from '@causeway/cli';
import { HostedService } from './hosted-service.js';

/** A firm's connector, with its management API as a client sees it. */
export class HostedFirm extends HostedService implements Api {
  /** @throws CliError REFUSED with the problem in `data`, SERVICE_DOWN */
  async get<T>(path: string): Promise<T> {
    return (await this.#api()).get<T>(path);
  }

  async bytes(path: string): Promise<Buffer> {
    return (await this.#api()).bytes(path);
  }

  async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return (await this.#api()).send<T>(method, path, body);
  }

  #api(): Promise<Api> {
    return openApi(this.home);
  }
}
