import { isObject, kindOf, type Member } from './json.js';
import type { Reader } from './reader.js';

/** One value as written: a text or a number, its datatype where it says so, or an IRI. */
export interface Literal {
  readonly text: string;
  readonly number: boolean;
  readonly iri: boolean;
  readonly datatype?: string;
  readonly path: string;
}

export interface LiteralOptions {
  /** Datatypes that may be named. */
  readonly types: readonly string[];
  /** `{"@id": …}` may stand here. */
  readonly iri?: boolean;
  /** The constraint's own `dataType`. */
  readonly datatype?: string;
}

/** A plain text or number, `{"@value","@type"}` of one of the types, or `{"@id"}` where it may. */
export function readLiteral(reader: Reader, { value, path }: Member, options: LiteralOptions): Literal | undefined {
  const base = { iri: false, path, ...(options.datatype === undefined ? {} : { datatype: options.datatype }) };
  if (typeof value === 'string' || typeof value === 'number') {
    return { ...base, text: String(value), number: typeof value === 'number' };
  }
  if (!isObject(value)) {
    return reader.problem(path, 'VALUE_MALFORMED', `the right operand must be one value, not ${kindOf(value)}`);
  }
  const keys = Object.keys(value);
  if (options.iri && keys.length === 1 && typeof value['@id'] === 'string' && value['@id'] !== '') {
    return { text: value['@id'], number: false, iri: true, path };
  }
  const unknown = keys.find((key) => key !== '@value' && key !== '@type');
  if (unknown !== undefined) {
    return reader.unknown(`${path}/${unknown}`, 'TERM_UNKNOWN', 'the member', unknown, ['@value', '@type']);
  }
  const type = value['@type'];
  const datatype = type === undefined ? options.datatype : readDatatype(reader, type, `${path}/@type`, options.types);
  if (type !== undefined && datatype === undefined) return undefined;
  if (datatype !== undefined && options.datatype !== undefined && datatype !== options.datatype) {
    return reader.problem(
      `${path}/@type`,
      'VALUE_MALFORMED',
      `the value says ${datatype}, dataType says ${options.datatype}`,
    );
  }
  const inner = value['@value'];
  if (typeof inner !== 'string' && typeof inner !== 'number') {
    return reader.problem(path, 'VALUE_MALFORMED', `@value must be a string or a number, not ${kindOf(inner)}`);
  }
  return {
    text: String(inner),
    number: typeof inner === 'number',
    iri: false,
    path,
    ...(datatype === undefined ? {} : { datatype }),
  };
}

/** A datatype by its canonical name, when values of this kind may have it. */
export function readDatatype(
  reader: Reader,
  value: unknown,
  path: string,
  types: readonly string[],
): string | undefined {
  if (typeof value !== 'string') {
    return reader.problem(path, 'VALUE_MALFORMED', `a datatype is a string, not ${kindOf(value)}`);
  }
  const datatype = reader.term(value);
  if (types.includes(datatype)) return datatype;
  return reader.unknown(path, 'DATATYPE_UNKNOWN', 'for this operand the datatype', value, types);
}
