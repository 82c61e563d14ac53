import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostedSpace } from '@causeway/dataspace';
import { type AuditBundle, digestOf, envelopeDigest } from '@causeway/evidence';
import { tilesOf } from './job.js';

/** Every tile and entry bundle that a clearing house publishes, by path. */
export async function allTiles(space: HostedSpace): Promise<Map<string, Buffer>> {
  const folder = join(tilesOf(space), 'tile');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
}

/** Everything that a record says to its parties alone: each text in its statements, and the statements' digests. */
export function secretsOf({ statements }: AuditBundle): Set<string> {
  return new Set(statements.flatMap((statement) => [digestOf(statement), ...textsIn(JSON.parse(statement))]));
}

/** What a record has in the open: the digests of its envelopes. */
export function publicOf({ entries }: AuditBundle): Set<string> {
  return new Set(entries.map(({ envelope }) => envelopeDigest(envelope)));
}

/** The files that hold one of these, as text in any common encoding or as the bytes of a digest. */
export function holding(files: ReadonlyMap<string, Buffer>, texts: Iterable<string>): string[] {
  const needles = [...texts].flatMap((text) => spellings(text).map((needle) => ({ text, needle })));
  return [...files].flatMap(([path, bytes]) =>
    needles.filter(({ needle }) => bytes.includes(needle)).map(({ text }) => `${text} in ${path}`),
  );
}

/** Shorter ones, such as a version or a count, are in random bytes by chance. */
const leastLetters = 6;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < leastLetters ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [...textsIn(name), ...textsIn(member)]);
}

function spellings(text: string): Buffer[] {
  const raw = text.startsWith('sha-256:') ? [Buffer.from(text.slice('sha-256:'.length), 'hex')] : [];
  const words = [
    text,
    ...raw.flatMap((bytes) => (['hex', 'base64', 'base64url'] as const).map((e) => bytes.toString(e))),
  ];
  return [...raw, ...words.flatMap((word) => [Buffer.from(word), Buffer.from(word, 'utf16le')])];
}
