import {
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
import type { Dataset, Offer } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';

/** Who looks at the catalog: its id, and what is attested of it. */
export interface Viewer {
  readonly id: string;
  readonly values: NonNullable<Facts['values']>;
}

/**
 * The participants a policy names in any of its permissions; undefined when one of them is for everybody. Kept beside
 * the offer, so that deciding what a caller may see mostly needs no policy engine. Who belongs to a collection is not known here.
 */
export function assigneesOf(policy: Policy): readonly string[] | undefined {
  const named = new Set<string>();
  for (const permission of policy.permissions) {
    const assignees = permission.assignees ?? policy.assignees;
    if (assignees === undefined) return undefined;
    for (const { id, collection } of assignees) if (!collection) named.add(id);
  }
  return [...named].sort();
}

/** Whether some condition of a policy is about who asks: then what a caller may see is decided on its attributes. */
export function isConditional(policy: Policy): boolean {
  return policy.permissions.some((permission) => conditionsOf(policy, permission).some(concernsPeer));
}

/** The offers of a dataset that a caller may see: those that could grant it anything. Everything else does not exist. */
export function visibleOffers(dataset: Pick<Dataset, 'offers' | 'withdrawn'>, viewer: Viewer): readonly Offer[] {
  if (dataset.withdrawn !== undefined) return [];
  return dataset.offers.filter(
    ({ assignees, conditional, policy }) =>
      (assignees === undefined || assignees.includes(viewer.id)) &&
      (conditional !== true || couldGrant(policy, viewer)),
  );
}

function couldGrant(json: Offer['policy'], viewer: Viewer): boolean {
  const policy = readTerms(json, 'Offer');
  if (isReason(policy)) return false;
  return policy.permissions.some(
    (permission) =>
      !permission.declaredOnly &&
      [policy.assignees, permission.assignees].every((parties) => names(parties, viewer.id)) &&
      conditionsOf(policy, permission).every((condition) => possible(condition, viewer) !== false),
  );
}

function names(parties: readonly Party[] | undefined, id: string): boolean {
  return parties === undefined || parties.some((party) => !party.collection && party.id === id);
}

function conditionsOf(policy: Policy, permission: Rule): readonly Constraint[] {
  const parties = [...(policy.assignees ?? []), ...(permission.assignees ?? [])];
  return [...permission.constraints, ...parties.flatMap(({ refinements }) => refinements)];
}

function concernsPeer(constraint: Constraint): boolean {
  return 'operand' in constraint ? isAboutPeer(factOf(constraint.operand)) : constraint.operands.some(concernsPeer);
}

/**
 * Whether a condition can hold for this caller, as far as that is settled by who it is. Time, uses and what is declared with a
 * request are open. An attribute that nobody attests denies as long as that is so, so a condition on it cannot hold.
 */
function possible(constraint: Constraint, viewer: Viewer): Truth {
  if ('operand' in constraint) {
    if (constraint.declaredOnly === true) return true;
    if (!isAboutPeer(factOf(constraint.operand))) return undefined;
    return truthOf(constraint, { now: 0, values: viewer.values, within }) === true;
  }
  const truths = constraint.operands.map((part) => possible(part, viewer));
  const [held, failed] = [
    truths.filter((truth) => truth === true).length,
    truths.filter((truth) => truth === false).length,
  ];
  const open = truths.length - held - failed > 0;
  switch (constraint.logic) {
    case 'or':
      return held > 0 ? true : open ? undefined : false;
    case 'xone':
      return held > 1 ? false : open ? undefined : held === 1;
    default:
      return failed > 0 ? false : open ? undefined : true;
  }
}
