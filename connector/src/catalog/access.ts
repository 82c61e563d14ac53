import { canonicalJson, type Digest, digestOf, type Json } from '@causeway/evidence';
import {
  type AtomicConstraint,
  type Constraint,
  type Facts,
  factOf,
  type Party,
  type Policy,
  type Rule,
  type Truth,
  truthOf,
} from '@causeway/policies';
import { isAboutPeer } from '../facts/table.js';
import { within } from '../facts/within.js';
import type { Access, Dataset, JsonObject, Offer } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';

/** Every participant. No id of one: those are absolute IRIs. */
export const everybody = '*';

/** What an offer demands of who asks, without what is open until somebody asks: one of these. */
export interface Condition {
  readonly any: readonly Demand[];
}

interface Demand {
  /** One of these participants; absent: any. */
  readonly names?: readonly string[];
  readonly all: readonly Term[];
}

/** `open`: about this use or this moment, so it may hold; `declared`: shown and not decided. */
type Term =
  | 'open'
  | 'declared'
  | { readonly logic: string; readonly operands: readonly Term[] }
  | Omit<AtomicConstraint, 'path' | 'id'>;

/** Who looks at the catalog: its id, and what is attested of it. */
export interface Who {
  readonly id: string;
  readonly values: NonNullable<Facts['values']>;
}

export interface OfferAccess {
  readonly access: readonly Access[];
  readonly conditions: ReadonlyMap<Digest, Condition>;
}

/** Whom an offer names one by one has a key of the store each; longer lists, and longer names, are a condition. */
const mostNamed = 16;
export const longestName = 200;

/** Who may see an offer: whom it could grant anything (a policy that is not understood, nobody). */
export function accessOf(json: JsonObject): OfferAccess {
  const policy = readTerms(json, 'Offer');
  if (isReason(policy)) return { access: [], conditions: new Map() };
  const demands = demandsOf(policy);
  const listed = (names: readonly string[] = []): boolean =>
    names.length <= mostNamed && names.every((name) => Buffer.byteLength(name) <= longestName);
  const general = demands.filter(({ names }) => names === undefined || !listed(names));
  const particular = new Map<string, Demand[]>();
  for (const demand of demands) {
    if (general.includes(demand)) continue;
    for (const name of demand.names ?? []) {
      particular.set(name, [...(particular.get(name) ?? []), { all: demand.all }]);
    }
  }
  if (general.some(isMet)) return { access: [{ to: everybody }], conditions: new Map() };
  const conditions = new Map<Digest, Condition>();
  const access = [[everybody, general] as const, ...particular].flatMap(([to, any]): Access[] => {
    if (any.length === 0) return [];
    if (any.some(isMet)) return [{ to }];
    const texts = new Map(any.map((demand) => [canonicalJson(asJson(demand)), demand]));
    const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
    const condition = digestOf(`[${sorted.map(([text]) => text).join(',')}]`);
    conditions.set(condition, { any: sorted.map(([, demand]) => demand) });
    return [{ to, condition }];
  });
  return { access, conditions };
}

/** The participants that an offer names. */
export function namedIn(json: JsonObject): readonly string[] {
  const policy = readTerms(json, 'Offer');
  return isReason(policy) ? [] : [...new Set(demandsOf(policy).flatMap(({ names = [] }) => names))];
}

/** A dataset as the first releases stored it, with the names in its offers, and whether they had conditions. */
export function upgradeDataset(_version: number, value: unknown): Dataset {
  // INVARIANT: version 1 was written by `put` of a Dataset whose offers had `assignees` and `conditional` in place of `access`.
  const dataset = value as Omit<Dataset, 'offers'> & {
    offers: (Offer & { assignees?: unknown; conditional?: true })[];
  };
  const offers = dataset.offers.map(({ assignees: _names, conditional: _whether, ...offer }) => ({
    ...offer,
    access: accessOf(offer.policy).access,
  }));
  return { ...dataset, offers };
}

/** Whether a condition can hold for this caller, as far as that is settled by who it is. */
export function canHold(condition: Condition, who: Who): boolean {
  return condition.any.some(
    ({ names, all }) =>
      (names === undefined || names.includes(who.id)) && all.every((term) => possible(term, who) !== false),
  );
}

function isMet({ names, all }: Demand): boolean {
  return names === undefined && all.length === 0;
}

/** What each permission demands of who asks. Who belongs to a collection is not known here: it names nobody. */
function demandsOf(policy: Policy): readonly Demand[] {
  const { permissions } = policy;
  if (!permissions.some((permission) => conditionsOf(policy, permission).some(concernsPeer))) {
    return permissions.map(({ assignees = policy.assignees }) => ({ ...namesOf(assignees), all: [] }));
  }
  return permissions
    .filter(({ declaredOnly }) => !declaredOnly)
    .map((permission) => {
      const [some, others] = [namesOf(policy.assignees).names, namesOf(permission.assignees).names];
      const names = some && others ? some.filter((name) => others.includes(name)) : (some ?? others);
      const all = conditionsOf(policy, permission).filter(concernsPeer).map(termOf);
      return { ...(names === undefined ? {} : { names }), all };
    });
}

function namesOf(parties: readonly Party[] | undefined): { names?: readonly string[] } {
  if (parties === undefined) return {};
  return { names: [...new Set(parties.filter(({ collection }) => !collection).map(({ id }) => id))].sort() };
}

function conditionsOf(policy: Policy, permission: Rule): readonly Constraint[] {
  const parties = [...(policy.assignees ?? []), ...(permission.assignees ?? [])];
  return [...permission.constraints, ...parties.flatMap(({ refinements }) => refinements)];
}

function concernsPeer(constraint: Constraint): boolean {
  return 'operand' in constraint ? isAboutPeer(factOf(constraint.operand)) : constraint.operands.some(concernsPeer);
}

function termOf(constraint: Constraint): Term {
  if (!('operand' in constraint)) return { logic: constraint.logic, operands: constraint.operands.map(termOf) };
  if (constraint.declaredOnly === true) return 'declared';
  if (!isAboutPeer(factOf(constraint.operand))) return 'open';
  const { path: _place, id: _name, ...rest } = constraint;
  return rest;
}

/** A term holds nothing but JSON: texts, and the numbers that a policy can write. */
function asJson(demand: Demand): Json {
  return JSON.parse(JSON.stringify(demand));
}

/**
 * Time, uses and what is declared with a request are open. An attribute that nobody attests denies as long as that is so, so a
 * condition on it cannot hold.
 */
function possible(term: Term, who: Who): Truth {
  if (term === 'declared') return true;
  if (term === 'open') return undefined;
  if (!('logic' in term)) return truthOf({ ...term, path: '' }, { now: 0, values: who.values, within }) === true;
  const truths = term.operands.map((part) => possible(part, who));
  const [held, failed] = [
    truths.filter((truth) => truth === true).length,
    truths.filter((truth) => truth === false).length,
  ];
  const open = truths.length - held - failed > 0;
  switch (term.logic) {
    case 'or':
      return held > 0 ? true : open ? undefined : false;
    case 'xone':
      return held > 1 ? false : open ? undefined : held === 1;
    default:
      return failed > 0 ? false : open ? undefined : true;
  }
}
