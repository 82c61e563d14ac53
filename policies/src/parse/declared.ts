import { policyLimits } from './bounds.js';
import { isObject, type Member, pointer } from './json.js';
import type { Reader } from './reader.js';

/**
 * What gives the terms of a document their meaning: its profiles, and contexts, which must not change it. A context that defines
 * exactly a profile's terms, or binds a profile's prefix to its namespace, declares that profile: so IDS and Catena-X write it.
 *
 * @returns the profiles as they are written again
 */
export function readDeclared(reader: Reader, context: Member | undefined, profile: Member | undefined): string[] {
  const named = new Set<string>();
  const declare = (
    found: { iris: readonly string[] } & Parameters<Reader['vocabulary']['declare']>[0],
    iri?: string,
  ) => {
    reader.vocabulary.declare(found);
    const written = iri ?? (found.undeclared ? undefined : found.iris[0]);
    if (written !== undefined && !found.iris.some((each) => named.has(each))) named.add(written);
  };
  for (const { value, path } of profile === undefined ? [] : reader.list(profile)) {
    const iri = reader.iri(value, path, 'the profile');
    if (iri === undefined) continue;
    const found = reader.vocabulary.profile(iri);
    if (found === undefined)
      reader.unknown(path, 'PROFILE_UNKNOWN', 'the profile', iri, reader.vocabulary.profileNames);
    // A compact name would mean nothing without the context that it came with.
    else declare(found, found.iris.includes(iri) ? iri : found.iris[0]);
  }
  for (const item of context === undefined ? [] : reader.list(context)) {
    if (isObject(item.value)) readBindings(reader, item, declare);
    else {
      const found = typeof item.value === 'string' ? reader.vocabulary.profileOfContext(item.value) : undefined;
      if (found === undefined) refuse(reader, item);
      else declare(found);
    }
  }
  if (named.size > policyLimits.profiles) {
    reader.problem(profile?.path ?? '', 'LIMIT_EXCEEDED', `the policy has more than ${policyLimits.profiles} profiles`);
  }
  return [...named].sort();
}

function readBindings(
  reader: Reader,
  { value, path }: Member,
  declare: (found: Parameters<Reader['vocabulary']['declare']>[0]) => void,
): void {
  for (const [prefix, iri] of Object.entries(isObject(value) ? value : {})) {
    const at = pointer(path, prefix);
    if (typeof iri !== 'string' || !reader.vocabulary.binds(prefix, iri)) refuse(reader, { value: iri, path: at });
    else for (const found of reader.vocabulary.profilesOfPrefix(prefix, iri)) declare(found);
  }
}

function refuse(reader: Reader, { path }: Member): void {
  reader.problem(path, 'CONTEXT_UNKNOWN', 'this @context could change what the terms mean: use that of DSP 2025-1');
}
