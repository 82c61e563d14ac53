import type { Space } from '@causeway/dataspace';
import { TcpProxy } from './tcp-proxy.js';

/** The addresses that connectors are told of and that can lead elsewhere; `dsp` and `exchange` are those of one firm. */
export const seats = ['authority', 'broker', 'clearing-house', 'log', 'dsp', 'exchange'] as const;
export type Seat = (typeof seats)[number];

/** A network that somebody else owns: every announced address of a space leads through a proxy. */
export class Detours implements AsyncDisposable {
  readonly #proxies: ReadonlyMap<Seat, TcpProxy>;
  readonly #real = new Map<Seat, number>();
  readonly #firm: string;

  private constructor(proxies: ReadonlyMap<Seat, TcpProxy>, firm: string) {
    this.#proxies = proxies;
    this.#firm = firm;
  }

  static async open(firm: string): Promise<Detours> {
    const proxies = await Promise.all(seats.map(async (seat) => [seat, await TcpProxy.listen()] as const));
    return new Detours(new Map(proxies), firm);
  }

  proxy(seat: Seat): TcpProxy {
    const found = this.#proxies.get(seat);
    if (!found) throw new TypeError(`no proxy for ${seat}`);
    return found;
  }

  /** Of `SpaceOptions`: learns the real ports of each home, and announces the proxies. */
  readonly settings = async (
    name: string,
    ports: Readonly<Record<string, number>>,
  ): Promise<Record<string, string>> => {
    const real = (seat: Seat, option: string) => this.#real.set(seat, ports[option] ?? 0);
    const at = (seat: Seat) => String(this.proxy(seat).port);
    switch (name) {
      case 'authority':
        real('authority', 'port');
        this.restore('authority');
        return { publicPort: at('authority') };
      case 'broker':
        real('broker', 'grpcPort');
        this.restore('broker');
        return {};
      case 'clearing-house':
        real('clearing-house', 'grpcPort');
        real('log', 'httpsPort');
        this.restore('clearing-house');
        this.restore('log');
        return {};
      case this.#firm:
        real('dsp', 'dspPort');
        real('exchange', 'exchangePort');
        this.restore('dsp');
        return { dspPublicPort: at('dsp'), exchangePublicPort: at('exchange'), dataPublicPort: at('exchange') };
      default:
        return {};
    }
  };

  /** Before the space's start: what the trust bundle will say. */
  announce(space: Space): void {
    space.announceAs(space.broker, { grpcPort: this.proxy('broker').port });
    space.announceAs(space.clearingHouse, {
      grpcPort: this.proxy('clearing-house').port,
      httpsPort: this.proxy('log').port,
    });
  }

  /** From now on whoever wants the real one comes there; connections there are, are cut. */
  lead(seat: Seat, target: { readonly host: string; readonly port: number }): void {
    this.proxy(seat).aim(target);
    this.proxy(seat).cut();
  }

  restore(seat: Seat): void {
    this.lead(seat, { host: '127.0.0.1', port: this.#real.get(seat) ?? 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy[Symbol.asyncDispose]()));
  }
}
