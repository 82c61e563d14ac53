import { extname } from 'node:path';
import { TextDecoder } from 'node:util';
import { type OpenSource, openSource } from '../exchange/file-source.js';
import type { FileSource } from '../model.js';
import { Broken, type Content, type Encoding, encodings, type Sample } from './content.js';
import { csvTable, jsonTable, type TableReader } from './table.js';

const readBytes = 262_144;
const formatOf: Readonly<Record<string, Content['format']>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.jsonl': 'json-lines',
  '.ndjson': 'json-lines',
};

export interface Inspected {
  readonly content?: Content;
  readonly sample: Sample;
}

/**
 * Looks through a file that holds a table, to its last byte and in memory that does not grow with it: what text it is, which columns
 * and rows it has. Of any other file there is nothing to say. A file that is not as its form wants is told with the line; that is no
 * error, its bytes can be shared as they are.
 *
 * @throws ConnectorError SOURCE_CHANGED when it is not, or does not stay, what was hashed; SOURCE_UNREADABLE
 */
export async function inspect(source: FileSource, signal?: AbortSignal): Promise<Inspected> {
  const format = formatOf[extname(source.path).toLowerCase()];
  if (format === undefined) return { sample: [] };
  await using file = await openSource(source);
  // Exact: an encoding is the file's when every byte of it decodes, and what is valid UTF-8 is hardly ever anything else.
  for (const encoding of encodings) {
    const table = format === 'csv' ? csvTable() : jsonTable();
    const read = await readAs(encoding, table, { file, bytes: source.bytes, signal });
    await file.demandUnchanged();
    if (read === undefined) continue;
    const { byteOrderMark, trouble } = read;
    return {
      content: {
        ...{ format, encoding },
        ...(byteOrderMark ? { byteOrderMark } : {}),
        ...(trouble === undefined ? table.found() : { trouble }),
      },
      sample: trouble === undefined ? table.sample() : [],
    };
  }
  const trouble = { en: 'it is text neither in UTF-8 nor in GB18030', zh: '不是 UTF-8 或 GB18030 编码的文本' };
  return { content: { format, trouble }, sample: [] };
}

interface Reading {
  readonly file: OpenSource;
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Undefined when it is no text in that encoding. Behind a mistake in the table the bytes are still decoded. */
async function readAs(
  encoding: Encoding,
  table: TableReader,
  { file, bytes, signal }: Reading,
): Promise<{ readonly byteOrderMark: boolean; readonly trouble?: NonNullable<Content['trouble']> } | undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const buffer = Buffer.allocUnsafe(Math.min(readBytes, bytes));
  let byteOrderMark = false;
  let trouble: Content['trouble'];
  const feed = (work: () => void): void => {
    if (trouble !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      trouble = error.trouble;
    }
  };
  for (let at = 0; at < bytes; ) {
    signal?.throwIfAborted();
    const piece = buffer.subarray(0, Math.min(buffer.length, bytes - at));
    await file.read([piece], at);
    let text = decoded(decoder, piece, at + piece.length < bytes);
    if (text === undefined) return undefined;
    if (at === 0 && text.startsWith('\ufeff')) {
      byteOrderMark = true;
      text = text.slice(1);
    }
    const rest = text;
    feed(() => table.push(rest));
    at += piece.length;
  }
  feed(() => table.end());
  return { byteOrderMark, ...(trouble === undefined ? {} : { trouble }) };
}

function decoded(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    return decoder.decode(bytes, { stream });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
