import type { Policy } from '@causeway/policies';
import type { Dataset, Offer } from '../model.js';

/**
 * The participants a policy names in any of its permissions; undefined when one of them is for everybody. Kept beside
 * the offer, so that deciding what a caller may see needs no policy engine.
 */
export function assigneesOf(policy: Policy): readonly string[] | undefined {
  const named = new Set<string>();
  for (const permission of policy.permissions) {
    const assignees = permission.assignees ?? policy.assignees;
    if (assignees === undefined) return undefined;
    for (const { id } of assignees) named.add(id);
  }
  return [...named].sort();
}

/** The offers of a dataset that a caller may see: those that would grant it anything. Everything else does not exist. */
export function visibleOffers(dataset: Dataset, caller: string): readonly Offer[] {
  if (dataset.withdrawn !== undefined) return [];
  return dataset.offers.filter(({ assignees }) => assignees === undefined || assignees.includes(caller));
}
