import type { Policy, Problem, Rule } from '../model.js';
import { includedIn } from '../odrl/actions.js';

/** Why an offer permits nothing at all, with the places. */
export function contradictions(policy: Policy): Problem[] {
  return policy.permissions.flatMap((permission) => {
    const bar = policy.prohibitions.find((prohibition) => bars(prohibition, permission));
    return bar
      ? [
          {
            path: bar.path,
            code: 'UNREALISABLE' as const,
            message: `${bar.action} is prohibited, and ${permission.action} is all that is permitted`,
          },
        ]
      : [];
  });
}

/** Whether it forbids, whatever the circumstances, everything that the permission permits. */
function bars(prohibition: Rule, { action }: Rule): boolean {
  return (
    prohibition.constraints.length === 0 &&
    prohibition.actionRefinements.length === 0 &&
    !prohibition.declaredOnly &&
    action !== undefined &&
    prohibition.action !== undefined &&
    includedIn(action, prohibition.action)
  );
}
