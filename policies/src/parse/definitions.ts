import type { JsonValue } from '../model.js';
import type { Place } from './constraint.js';
import { isObject, type Member, pointer, shown } from './json.js';
import { readLiteral } from './literal.js';
import type { Reader } from './reader.js';

export interface Sources {
  readonly constraints?: Readonly<Record<string, JsonValue>>;
  readonly references?: Readonly<Record<string, JsonValue>>;
}

/** References that lead on to references. */
const deepest = 8;

/** Something defined elsewhere, read where it is referred to. */
export interface Resolved extends Member {
  /** The place of what stands inside it: it cannot refer to itself. */
  inside(place: Place): Place;
}

/**
 * What a document defines under an id, for those that name only the id (Information Model, 2.5.2: "existing constraints"; 2.6: a
 * rule's uid), and what the caller hands in. Nothing is ever fetched.
 */
export class Definitions {
  readonly #defined: ReadonlyMap<string, Member>;
  readonly #sources: Sources;
  readonly #open: readonly string[];

  private constructor(defined: ReadonlyMap<string, Member>, sources: Sources, open: readonly string[]) {
    this.#defined = defined;
    this.#sources = sources;
    this.#open = open;
  }

  static of(reader: Reader, json: unknown, sources: Sources, root = ''): Definitions {
    const defined = new Map<string, Member>();
    collect(reader, json, root, defined);
    for (const [id, value] of Object.entries(sources.constraints ?? {})) {
      if (!defined.has(id)) defined.set(id, { value, path: '' });
    }
    return new Definitions(defined, sources, []);
  }

  /** The item itself, or what the id stands for that is all it says. */
  resolve(reader: Reader, item: Member, what: string): Resolved | undefined {
    const id = referenceOf(reader, item.value);
    if (id === undefined) return { ...item, inside: (place) => place };
    const found = this.#defined.get(id);
    if (found === undefined) {
      const words = `the ${what} “${shown(id)}” is defined nowhere in this policy: write it out`;
      return reader.problem(item.path, 'REFERENCE_UNKNOWN', words);
    }
    if (this.#open.includes(id)) {
      return reader.problem(item.path, 'REFERENCE_UNKNOWN', `the ${what} “${shown(id)}” is part of itself`);
    }
    if (this.#open.length >= deepest) {
      return reader.problem(
        item.path,
        'LIMIT_EXCEEDED',
        `a ${what} is referred to through more than ${deepest} others`,
      );
    }
    const inner = new Definitions(this.#defined, this.#sources, [...this.#open, id]);
    // The path is that of the reference: where the definition was handed in, the document has no other.
    return { value: found.value, path: item.path, inside: (place) => ({ ...place, definitions: inner }) };
  }

  /** The value of a `rightOperandReference`, where the caller has it. */
  referred(reader: Reader, member: Member): Member | undefined {
    const { path } = member;
    const iri = readLiteral(reader, member, { types: ['xsd:anyURI', 'xsd:string'], iri: true })?.text;
    if (iri === undefined) return undefined;
    const known = this.#sources.references;
    const found = known !== undefined && Object.hasOwn(known, iri) ? known[iri] : undefined;
    if (found !== undefined) return { value: found, path };
    const words = `what “${shown(iri)}” refers to is not known here, and nothing is fetched: write the value out`;
    return reader.problem(path, 'REFERENCE_UNKNOWN', words);
  }
}

function referenceOf(reader: Reader, value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  if (!isObject(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0) return undefined;
  const name = reader.term(key);
  const id = name === '@id' || name === 'uid' ? value[key] : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** What an id can be referred to for: constraints, and the rules that are duties. */
const definable = ['leftOperand', 'and', 'or', 'xone', 'andSequence', 'action'];

/** Constraints and rules of the document that have an id. Two of one id that differ would leave open which is meant. */
function collect(reader: Reader, value: unknown, path: string, defined: Map<string, Member>): void {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) collect(reader, item, pointer(path, at), defined);
    return;
  }
  if (!isObject(value)) return;
  const entries = Object.entries(value);
  const id = entries.find(([key]) => key === '@id' || reader.term(key) === 'uid')?.[1];
  if (typeof id === 'string' && path !== '' && entries.some(([key]) => definable.includes(reader.term(key)))) {
    const first = defined.get(id);
    if (first === undefined) defined.set(id, { value, path });
    else if (JSON.stringify(first.value) !== JSON.stringify(value)) {
      reader.problem(path, 'MEMBER_TWICE', `“${shown(id)}” is defined here and, differently, at ${first.path}`);
    }
  }
  for (const [key, item] of entries) collect(reader, item, pointer(path, key), defined);
}
