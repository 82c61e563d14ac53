import type { Constraint, Duty, Party, Policy, Problem, Rule } from './model.js';

/**
 * What the Dataspace Protocol 2025-1 cannot carry of a policy. Its schema has an action as one name, a rule without target and
 * assigner, a duty of action and constraints only, and a party or an asset as one id; `odrl:unit` and our own members stand beside
 * the constraint's three, where it says nothing against them.
 */
export function obstacles(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string, message: string, suggestion?: string) =>
    problems.push({ path, code: 'WIRE_CANNOT_CARRY', message, ...(suggestion === undefined ? {} : { suggestion }) });
  const one = (path: string, party: Party, what: string) => {
    if (party.collection || party.refinements.length > 0) {
      add(path, `under the Dataspace Protocol ${what} is one id, not a collection or a refinement`);
    }
  };
  if (policy.kind === 'Set') add('/@type', 'the Dataspace Protocol carries Offers and Agreements, not Sets');
  if (policy.id === undefined) add('', 'the Dataspace Protocol demands an @id', '@id');
  if (policy.kind === 'Agreement') {
    for (const name of ['target', 'assigner'] as const) {
      if (policy[name] === undefined)
        add('', `the Dataspace Protocol demands the ${name} of an agreement itself`, name);
    }
    if (policy.assignees?.length !== 1)
      add('', 'the Dataspace Protocol demands one assignee of the agreement itself', 'assignee');
  }
  if (policy.permissions.length + policy.prohibitions.length === 0) {
    add('', 'the Dataspace Protocol demands a permission or a prohibition: obligations alone are not carried');
  }
  if (policy.target) one('/target', policy.target, 'the target');
  for (const party of policy.assignees ?? []) one('/assignee', party, 'the assignee');
  for (const rule of [...policy.permissions, ...policy.prohibitions]) ruleObstacles(rule, add, one);
  for (const duty of policy.obligations) dutyObstacles(duty, add);
  return problems;
}

type Add = (path: string, message: string) => void;

function ruleObstacles(rule: Rule, add: Add, one: (path: string, party: Party, what: string) => void): void {
  const { path } = rule;
  if (rule.target) add(`${path}/target`, 'under the Dataspace Protocol a rule has no target: the policy has it');
  if (rule.assigner) add(`${path}/assigner`, 'under the Dataspace Protocol a rule has no assigner: the policy has it');
  if (rule.action === undefined) add(path, 'the Dataspace Protocol demands the action of a rule');
  for (const party of rule.assignees ?? []) one(`${path}/assignee`, party, 'the assignee');
  refined(rule.actionRefinements, path, add);
  for (const duty of rule.duties) dutyObstacles(duty, add);
  for (const duty of rule.remedies) add(duty.path, 'the Dataspace Protocol carries no remedies');
}

function dutyObstacles(duty: Duty, add: Add): void {
  const { path } = duty;
  refined(duty.actionRefinements, path, add);
  for (const name of ['target', 'assigner', 'assignees', 'functions', 'nextPolicy'] as const) {
    if (duty[name] !== undefined) {
      add(path, `under the Dataspace Protocol a duty is an action and constraints: it has no ${name}`);
    }
  }
  for (const later of duty.consequences) add(later.path, 'the Dataspace Protocol carries no consequences');
}

function refined(refinements: readonly Constraint[], path: string, add: Add): void {
  if (refinements.length > 0) {
    add(`${path}/action`, 'under the Dataspace Protocol an action is one name: write its refinement as a constraint');
  }
}
