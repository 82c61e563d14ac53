import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { closeServer, listen } from '@causeway/platform';
import type { Members } from '../management.js';
import { readJson } from './client.js';

/** A negotiation that has not ended after this long is lost. */
const lostAfterMs = 60_000;

export type Ending = 'finalized' | 'terminated' | 'lost';

/** Where EDC tells its client how negotiations have ended: nobody has to ask it again and again while it works. */
export class Endings {
  readonly #ended = new Map<string, Ending>();
  readonly #waiting = new Map<string, (ending: Ending) => void>();
  readonly #server = createServer((asked, response) => {
    readJson(asked).then(
      (event) => {
        this.#told(event);
        response.writeHead(200).end();
      },
      () => response.writeHead(400).end(),
    );
  });
  #port = 0;

  static async listen(): Promise<Endings> {
    const endings = new Endings();
    endings.#port = await listen(endings.#server, '127.0.0.1', 0);
    return endings;
  }

  /** The callback address that a request for a contract names. */
  get wanted(): object {
    const events = ['contract.negotiation.finalized', 'contract.negotiation.terminated'];
    return { uri: `http://127.0.0.1:${this.#port}/ended`, events, transactional: false };
  }

  /** How this negotiation ends; it may have before anybody asks. */
  async of(negotiation: string): Promise<Ending> {
    const known = this.#ended.get(negotiation);
    if (known !== undefined) return known;
    const late = new AbortController();
    const told = new Promise<Ending>((resolve) => this.#waiting.set(negotiation, resolve));
    const lost = setTimeout<Ending>(lostAfterMs, 'lost', { signal: late.signal });
    const ending = await Promise.race([told, lost]);
    this.#waiting.delete(negotiation);
    late.abort();
    await lost.catch(() => undefined);
    return ending;
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  #told({ type, payload }: Members): void {
    const negotiation = String((Object(payload) as Members)['contractNegotiationId']);
    const ending = String(type).endsWith('Finalized') ? 'finalized' : 'terminated';
    this.#ended.set(negotiation, ending);
    this.#waiting.get(negotiation)?.(ending);
  }
}
