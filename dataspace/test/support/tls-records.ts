const handshake = 22;
const application = 23;
const headerBytes = 5;

/** A client's Finished in TLS 1.3: four bytes, a hash of 32 or 48, the inner type and a tag of 16 (RFC 8446, 4.4.4, 5.2). */
const finishedBytes = [4 + 32 + 1 + 16, 4 + 48 + 1 + 16];

/** One record of a client's side of a connection. */
export interface ClientRecord {
  readonly record: Buffer;
  /** Whether it comes after the handshake. */
  readonly application: boolean;
}

/**
 * What shows from outside of a client's side of a TLS 1.3 connection: where its records begin and end, and where its
 * handshake does. A connection that does not begin like TLS is one long request.
 */
export class Requests {
  #rest: Buffer = Buffer.alloc(0);
  #tls: boolean | undefined;
  #finished = false;

  /** The records that are complete with these bytes. */
  read(bytes: Buffer): ClientRecord[] {
    this.#tls ??= bytes[0] === handshake;
    if (!this.#tls) return [{ record: bytes, application: true }];
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const records: ClientRecord[] = [];
    while (this.#rest.length >= headerBytes) {
      const length = headerBytes + this.#rest.readUInt16BE(3);
      if (this.#rest.length < length) break;
      const record = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      records.push({ record, application: this.#finished });
      this.#finished ||= record[0] === application && finishedBytes.includes(length - headerBytes);
    }
    return records;
  }
}
