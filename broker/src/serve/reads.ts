import type { Events } from '../events.js';
import type { Finder, FoundHit, FoundPage } from '../search/finder.js';
import { readQuery, type SearchRequest } from '../search/query.js';

/** What members may read: the one set of handlers behind gRPC and HTTPS. */
export class Reads {
  readonly #finder: Finder;
  readonly #events: Events;

  constructor(finder: Finder, events: Events) {
    this.#finder = finder;
    this.#events = events;
  }

  /** @throws BrokerError QUERY_INVALID, CURSOR_INVALID, BUSY */
  async search(request: SearchRequest): Promise<FoundPage> {
    const done = this.#events.searching();
    const page = await this.#finder.search(readQuery(request));
    done();
    return page;
  }

  /** @throws BrokerError NOT_FOUND, BUSY */
  resolve(id: string): Promise<FoundHit> {
    return this.#finder.resolve(id);
  }

  /** @throws BrokerError NOT_FOUND */
  describe(participant: string): Promise<Pick<FoundHit, 'head' | 'keyStatement' | 'liveness'>> {
    return this.#finder.describe(participant);
  }
}
