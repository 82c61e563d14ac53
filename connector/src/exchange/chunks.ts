import { getDefaultHighWaterMark } from 'node:stream';
import { type causeway, Exchange } from '@causeway/proto';
import type { OpenSource } from './file-source.js';

type PullResponse = causeway.exchange.v1.PullResponse.$Properties;

/** Bytes in one message; a consumer refuses more. */
export const chunkBytes = 262_144;

/** Field 2 of PullResponse, wire type 2. */
const chunkTag = 0x12;
/** The tag, and the length in at most three bytes of seven bits (chunkBytes < 2^21). */
const headerBytes = 4;

/** A chunk that is its own encoding: the bytes lie behind room for their header, so encoding copies nothing;
 * grpc-js copies them once, behind its own header. */
class Chunk {
  readonly chunk: Buffer;
  readonly encoded: Buffer;

  constructor(frame: Buffer, length: number) {
    this.chunk = frame.subarray(headerBytes, headerBytes + length);
    this.encoded = frame.subarray(writeHeader(frame, length), headerBytes + length);
  }
}

/** The Exchange table with a `pull` that writes such chunks as they are. */
export const fastExchange: typeof Exchange = {
  ...Exchange,
  pull: {
    ...Exchange.pull,
    responseSerialize: (message) =>
      message instanceof Chunk ? message.encoded : Exchange.pull.responseSerialize(message),
  },
};

/** Chunks read at once, in one system call: one costs as much as several. */
const batch = 4;

// What a gRPC stream may hold back before it asks its writer to wait, the batch being sent, and the one being read.
const frames = getDefaultHighWaterMark(true) + 2 * batch;

/**
 * The bytes of a file from `offset` to `size` as messages, read one batch ahead, in buffers that are used again.
 *
 * INVARIANT: a buffer comes round only after as many later messages as the stream may hold back, so no message still in
 * the queue changes. Whoever takes a chunk waits for the stream's room before the next.
 */
export async function* chunksOf(
  source: OpenSource,
  offset: number,
  size: number,
): AsyncGenerator<PullResponse & Chunk> {
  const ring: Buffer[] = [];
  let turn = 0;
  const frameFor = (length: number): Buffer => {
    const at = turn % frames;
    turn += 1;
    const frame = ring[at] ?? Buffer.allocUnsafeSlow(headerBytes + length);
    ring[at] = frame;
    return frame;
  };
  const read = async (from: number): Promise<Chunk[]> => {
    const chunks: Chunk[] = [];
    for (let at = from; at < size && chunks.length < batch; at += chunkBytes) {
      const length = Math.min(chunkBytes, size - at);
      chunks.push(new Chunk(frameFor(length), length));
    }
    const bodies = chunks.map(({ chunk }) => chunk);
    if (bodies.length > 0) await source.read(bodies, from);
    return chunks;
  };
  let ahead = read(offset);
  try {
    for (let position = offset; position < size; position += batch * chunkBytes) {
      const chunks = await ahead;
      ahead = read(position + batch * chunkBytes);
      // Whoever waits for it next is told; until then nobody listens.
      ahead.catch(() => undefined);
      yield* chunks;
    }
  } finally {
    // A reader that stops early must not leave a read under way in a file about to be closed.
    await ahead.catch(() => undefined);
  }
}

/** Writes tag and length right before the bytes; answers where they begin. */
function writeHeader(frame: Buffer, length: number): number {
  const digits: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    digits.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  const start = headerBytes - digits.length - 1;
  frame.set([chunkTag, ...digits], start);
  return start;
}
