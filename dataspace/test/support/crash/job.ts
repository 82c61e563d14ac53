import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api, DatasetView } from '@causeway/cli';
import type { CrashSpace } from './crash-space.js';
import { until } from './until.js';

/** What the management API shows of a process, as far as a run looks at it. */
export interface Shown {
  readonly pid: string;
  readonly peerPid?: string;
  readonly state: string;
  readonly inDoubt: boolean;
  readonly intent?: string;
  readonly reason?: { readonly code: string; readonly en: string };
  readonly parked?: { readonly code: string; readonly en: string };
  readonly agreement?: string;
  readonly bytes?: number;
  readonly stage?: string;
  readonly digest?: string;
  readonly endLogIndex?: string;
}

export type Side = 'provider' | 'consumer';
export type Kind = 'negotiations' | 'transfers';

const base = '/management/v1';
const finals = ['FINALIZED', 'COMPLETED', 'TERMINATED'];
const waitSeconds = 20;

/** What every run transfers. */
export interface Goods {
  /** The file that was published. */
  readonly file: string;
  readonly dataset: string;
  readonly address: string;
  readonly offer?: object;
  readonly bytes: number;
  readonly sha256: string;
}

/** One contract and one transfer under it, asked for through the consumer's management API under the run's name. */
export class Job {
  readonly space: CrashSpace;
  readonly name: string;
  readonly goods: Goods;

  constructor(space: CrashSpace, name: string, goods: Goods) {
    this.space = space;
    this.name = name;
    this.goods = goods;
  }

  /** Where the consumer's file goes; a folder of its own, so that nothing else is in it. */
  get folder(): string {
    return join(this.space.space.connector('consumer').home, 'received', this.name);
  }

  get path(): string {
    return join(this.folder, 'data.bin');
  }

  async ask(): Promise<void> {
    const { dataset, address, offer } = this.goods;
    const api = await this.space.api('consumer');
    await api.send('PUT', `${base}/negotiations/${this.name}`, { dataset, address, offer });
  }

  async askTransfer(): Promise<void> {
    const { agreement } = await this.ended('consumer', 'negotiations');
    const api = await this.space.api('consumer');
    await api.send('PUT', `${base}/transfers/${this.name}`, { agreement, to: this.path });
  }

  async publish(name: string, listed: boolean, file: string, offers: readonly object[] = []): Promise<DatasetView> {
    const api = await this.space.api('provider');
    return api.send('PUT', `${base}/datasets/${name}`, { file, title: { en: name }, listed, offers });
  }

  /** A process as one side shows it; undefined while that side knows of none. */
  async shown(side: Side, kind: Kind): Promise<Shown | undefined> {
    const consumer = await find(await this.space.api('consumer'), kind, this.name);
    if (side === 'consumer' || consumer === undefined) return consumer;
    const api = await this.space.api('provider');
    if (consumer.peerPid !== undefined) return find(api, kind, consumer.peerPid);
    for (let cursor = ''; ; ) {
      const page = await api.get<{ items: Shown[]; next?: string }>(`${base}/${kind}?limit=200${cursor}`);
      const found = page.items.find(({ peerPid }) => peerPid === consumer.pid);
      if (found || page.next === undefined) return found;
      cursor = `&cursor=${page.next}`;
    }
  }

  /** Waits for a process to be like this on one side. */
  async sees(side: Side, kind: Kind, what: string, like: (shown: Shown) => boolean): Promise<Shown> {
    return until(`${this.name}: the ${side}'s ${kind} to be ${what}`, async () => {
      const shown = await this.shown(side, kind);
      return shown && like(shown) ? shown : undefined;
    });
  }

  /** Waits for the good end of a process on one side; the service answers as soon as it is there. */
  async ended(side: Side, kind: Kind): Promise<Shown> {
    const known = await until(`${this.name}: ${kind} of the ${side}`, () => this.shown(side, kind));
    const api = await this.space.api(side);
    const shown = await api.get<Shown>(`${base}/${kind}/${known.pid}?wait=${waitSeconds}`);
    const good = kind === 'negotiations' ? 'FINALIZED' : 'COMPLETED';
    if (shown.state !== good || shown.parked) {
      throw new Error(
        `${this.name}: expected ${good} at the ${side}, got ${JSON.stringify({ ...shown, offer: undefined })}`,
      );
    }
    return shown;
  }

  /** The whole job, whatever was asked for before: everything asked under the same name creates nothing. */
  async finish(): Promise<void> {
    await this.ask();
    await this.askTransfer();
    for (const side of ['consumer', 'provider'] as const) {
      for (const kind of ['negotiations', 'transfers'] as const) {
        await this.ended(side, kind);
        const settled = (shown: Shown) => finals.includes(shown.state) && !shown.inDoubt;
        await this.sees(side, kind, 'acknowledged', settled);
      }
    }
  }

  /** Bytes in the consumer's temporary file; 0 when there is none. */
  async received(): Promise<number> {
    const { pid } = (await this.shown('consumer', 'transfers')) ?? { pid: '' };
    const partial = `${this.path}.part-${pid.slice(pid.lastIndexOf(':') + 1)}`;
    return (await stat(partial).catch(() => undefined))?.size ?? 0;
  }

  /** Envelopes that a side has saved and that have no receipt yet. */
  async unlogged(side: Side): Promise<number> {
    const api = await this.space.api(side);
    return (await api.get<{ queues: { logging: { depth: number } } }>(`${base}/status`)).queues.logging.depth;
  }

  /** Waits until nothing of either side is still to be logged. */
  async logged(): Promise<void> {
    for (const side of ['provider', 'consumer'] as const) {
      await until(`${this.name}: the ${side}'s envelopes in the log`, async () => (await this.unlogged(side)) === 0);
    }
  }
}

async function find(api: Api, kind: Kind, id: string): Promise<Shown | undefined> {
  try {
    return await api.get<Shown>(`${base}/${kind}/${id}`);
  } catch (error) {
    if ((error as { data?: { status?: number } }).data?.status === 404) return undefined;
    throw error;
  }
}
