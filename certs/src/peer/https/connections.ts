import type { Socket } from 'node:net';

interface Seat {
  readonly key: string;
  readonly socket: Socket;
  readonly crowds: readonly [map: Map<string, Set<Seat>>, key: string, most: number][];
}

/**
 * Who holds a server's connections. Whoever has not proven to be a peer shares a small part of them, and half of that
 * is the most for one address; one peer holds no more than that part either. One too many displaces the oldest of the
 * same crowd, so that a newcomer always gets as far as its handshake, and a proven peer is cut by nobody but itself.
 */
export class Connections {
  readonly #seats = new Map<string, Seat>();
  readonly #strangers = new Map<string, Set<Seat>>();
  readonly #addresses = new Map<string, Set<Seat>>();
  readonly #peers = new Map<string, Set<Seat>>();
  readonly #share: number;

  /** @param most connections of the server */
  constructor(most: number) {
    this.#share = Math.ceil(most / 10);
  }

  /** A connection that has proven nothing yet. */
  opened(socket: Socket): void {
    const key = nameOf(socket);
    const address = socket.remoteAddress ?? '';
    this.#sit({
      key,
      socket,
      crowds: [
        [this.#addresses, address, Math.ceil(this.#share / 2)],
        [this.#strangers, '', this.#share],
      ],
    });
    socket.once('close', () => this.#leave(key, socket));
  }

  /** The handshake on a connection has shown a peer. `socket` is the secured one, over the one that was opened. */
  proven(socket: Socket, peer: string): void {
    const key = nameOf(socket);
    const seat = this.#seats.get(key);
    if (!seat) return;
    this.#leave(key, seat.socket);
    this.#sit({ key, socket: seat.socket, crowds: [[this.#peers, peer, this.#share]] });
  }

  #sit(seat: Seat): void {
    this.#seats.set(seat.key, seat);
    for (const [crowds, name, most] of seat.crowds) {
      const crowd = crowds.get(name) ?? new Set();
      crowds.set(name, crowd.add(seat));
      const [oldest] = crowd;
      if (crowd.size <= most || !oldest) continue;
      this.#leave(oldest.key, oldest.socket);
      oldest.socket.destroy();
    }
  }

  #leave(key: string, socket: Socket): void {
    const seat = this.#seats.get(key);
    if (seat?.socket !== socket) return;
    this.#seats.delete(key);
    for (const [crowds, name] of seat.crowds) {
      const crowd = crowds.get(name);
      crowd?.delete(seat);
      if (crowd?.size === 0) crowds.delete(name);
    }
  }
}

/** Node gives the secured socket and the one below it apart; both know the other end. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
