import type { JsonValue } from '../model.js';
import { policyMembers } from '../odrl/members.js';
import { auditorsTerm, classificationTerm } from '../odrl/terms.js';
import { bounded } from './bounds.js';
import { Definitions, type Sources } from './definitions.js';
import { isObject, type JsonObject, type Member, shown } from './json.js';
import type { Reader } from './reader.js';

export interface Documents extends Sources {
  /** Policies that others may inherit from, by their id. */
  readonly policies?: Readonly<Record<string, JsonValue>>;
}

/** A document with what it inherits: its members, and the rules of all of them with the definitions they may refer to. */
export interface Document {
  readonly members: ReadonlyMap<string, Member>;
  readonly definitions: Definitions;
  readonly rules: readonly { readonly kind: RuleKind; readonly item: Member; readonly definitions: Definitions }[];
  /** The documents' own declarations, its parents' first. */
  readonly declarations: readonly { readonly context?: Member; readonly profile?: Member }[];
  /** Policies of the line disagree on the strategy: then a conflict voids the policy (Information Model, 2.10). */
  readonly strategies: boolean;
}

export const ruleKinds = ['permission', 'prohibition', 'obligation'] as const;
export type RuleKind = (typeof ruleKinds)[number];

/** What a child takes from its parents beside their rules (Information Model, 2.9); the last two are ours, and restrict. */
const inherited = ['target', 'assigner', 'assignee', 'action', 'conflict', auditorsTerm, classificationTerm];

/**
 * Reads the members of a document and of the policies it inherits from, none of which is fetched. What both name for all rules must
 * be the same: the Information Model would join them, and so widen what the parent permits.
 */
export function readLine(reader: Reader, json: JsonObject, documents: Documents): Document {
  return read(reader, json, documents, '', []);
}

function read(reader: Reader, json: JsonObject, documents: Documents, root: string, line: readonly string[]): Document {
  const definitions = Definitions.of(reader, json, documents, root);
  const members = reader.members(json, root, policyMembers, 'a policy');
  const rules: Document['rules'][number][] = [];
  for (const kind of ruleKinds) {
    const member = members.get(kind);
    // An empty list, which some peers send for every kind of rule, says what a missing one says.
    for (const item of member === undefined ? [] : reader.list(member)) rules.push({ kind, item, definitions });
  }
  const context = members.get('@context');
  const profile = members.get('profile');
  const own = { ...(context === undefined ? {} : { context }), ...(profile === undefined ? {} : { profile }) };
  let document: Document = { members, definitions, rules, declarations: [own], strategies: false };
  const parents = members.get('inheritFrom');
  for (const item of parents === undefined ? [] : reader.list(parents)) {
    const parent = readParent(reader, item, documents, line);
    if (parent !== undefined) document = join(reader, document, parent, item);
  }
  return document;
}

function readParent(reader: Reader, item: Member, documents: Documents, line: readonly string[]): Document | undefined {
  const id = reader.iri(item.value, item.path, 'the policy to inherit from');
  if (id === undefined) return undefined;
  const refuse = (words: string) => reader.problem(item.path, 'REFERENCE_UNKNOWN', words);
  if (line.includes(id)) return refuse(`the policy inherits from itself by “${shown(id)}”`);
  if (!reader.fits('parents', item.path)) return undefined;
  const known = documents.policies;
  const json = known !== undefined && Object.hasOwn(known, id) ? known[id] : undefined;
  if (!isObject(json)) {
    return refuse(`the policy “${shown(id)}” is not known here, and nothing is fetched: write its rules out`);
  }
  if (!bounded(json, reader, item.path)) return undefined;
  return read(reader, json, documents, item.path, [...line, id]);
}

function join(reader: Reader, child: Document, parent: Document, item: Member): Document {
  const members = new Map(child.members);
  let strategies = child.strategies || parent.strategies;
  for (const name of inherited) {
    const [own, from] = [child.members.get(name), parent.members.get(name)];
    if (from === undefined) continue;
    if (own === undefined) members.set(name, from);
    else if (JSON.stringify(own.value) === JSON.stringify(from.value)) continue;
    else if (name === 'conflict') strategies = true;
    else {
      const words = `the policy names another ${name} than the one it inherits from, and may not widen it: name it once`;
      reader.problem(item.path, 'VALUE_MALFORMED', words);
    }
  }
  return {
    members,
    definitions: child.definitions,
    rules: [...child.rules, ...parent.rules],
    declarations: [...parent.declarations, ...child.declarations],
    strategies,
  };
}
