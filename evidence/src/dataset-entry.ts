import type { Digest } from './digest.js';
import { canonicalJson, type Json, parseCanonical } from './json/canonical.js';
import { decimal, digest, identifier, list, object, oneOf, type Reader, refuse, text } from './json/shape.js';

/** What a publisher tells every member of the space about one dataset. */
export interface DatasetEntry {
  readonly version: '1';
  /** The publisher's id, `:` and a local name. */
  readonly id: string;
  readonly title: { readonly zh?: string; readonly en?: string };
  readonly description?: string;
  readonly keywords: readonly string[];
  readonly category?: string;
  readonly classification?: string;
  /** Distribution formats, e.g. `GrpcData-PULL`. */
  readonly formats: readonly string[];
  readonly region?: string;
  /** What the bytes are, e.g. `text/csv`. */
  readonly mediaType?: string;
  /** The publisher's name for people; its id is what is proven. */
  readonly publisherName?: string;
  /** Digest of the bytes published. */
  readonly datasetVersion?: Digest;
  /** Size of the bytes published, a decimal string. */
  readonly bytes?: string;
}

/** Bounds of one entry: `bytes` of its canonical form, lengths in UTF-16 units, and how many labels. */
export const entryLimits = {
  bytes: 16_384,
  title: 200,
  description: 4_000,
  label: 100,
  labels: 32,
  mediaType: 200,
} as const;

// Control characters would let a publisher write to the terminals of other members, and direction overrides would let it
// show one name as another.
const lines = text(
  entryLimits.description,
  /^(?:[^\p{Cc}\u202a-\u202e\u2066-\u2069]|[\n\t])+$/u,
  'plain lines of text',
);
export const line = (most: number) =>
  text(
    most,
    /^[^\p{Cc}\u202a-\u202e\u2066-\u2069]+$/u,
    `a line of 1 to ${most} characters, none of them control characters`,
  );
const label = line(entryLimits.label);

const labels: Reader<string[]> = (value, pointer) => {
  const read = list(label, entryLimits.labels)(value, pointer);
  return new Set(read).size === read.length ? read : refuse(pointer, 'each value once', value);
};

const datasetId: Reader<string> = (value, pointer) => {
  const id = identifier(value, pointer);
  return publisherOf(id) === undefined ? refuse(pointer, 'a publisher, a colon and a local name', value) : id;
};

const readTitle: Reader<DatasetEntry['title']> = (value, pointer) => {
  const title = object({}, { zh: line(entryLimits.title), en: line(entryLimits.title) })(value, pointer);
  return title.zh === undefined && title.en === undefined ? refuse(pointer, 'zh, en or both', value) : title;
};

const readEntry: Reader<DatasetEntry> = object(
  { version: oneOf('1'), id: datasetId, title: readTitle, keywords: labels, formats: labels },
  {
    description: lines,
    category: label,
    classification: label,
    region: label,
    mediaType: line(entryLimits.mediaType),
    publisherName: line(entryLimits.title),
    datasetVersion: digest,
    bytes: decimal,
  },
);

/** The publisher that a dataset id names, which is all before its last `:`; undefined when it is no dataset id. */
export function publisherOf(id: string): string | undefined {
  return id.length <= 301 ? /^([A-Za-z0-9:._-]{1,200}):[A-Za-z0-9._-]{1,100}$/.exec(id)?.[1] : undefined;
}

/**
 * The canonical bytes of an entry.
 *
 * @throws EvidenceError SHAPE_INVALID (`data.pointer` names the member), TOO_LARGE
 */
export function entryBytes(entry: DatasetEntry): Uint8Array {
  const bytes = Buffer.from(canonicalJson(entry));
  parseEntry(bytes);
  return bytes;
}

/**
 * Reads an entry that a stranger sent.
 *
 * @throws EvidenceError SHAPE_INVALID, TOO_LARGE, NOT_CANONICAL
 */
export function parseEntry(bytes: Uint8Array): DatasetEntry {
  const value: Json = parseCanonical(bytes, entryLimits.bytes);
  return readEntry(value, '');
}
