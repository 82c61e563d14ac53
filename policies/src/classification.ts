import { type Demand, demandsConstraint } from './classification/demands.js';
import type { Classification, Party, Policy, Problem, Rule } from './model.js';
import { classificationTerm } from './profiles/causeway.js';
import type { Words } from './words.js';

/**
 * The domains of the guideline on classifying industrial data (MIIT, 工业数据分类分级指南（试行）, 2020, articles 5 and 6): five of
 * industrial enterprises, two of platform enterprises.
 */
export const classificationDomains = {
  research: { en: 'research and development', zh: '研发数据域' },
  production: { en: 'production', zh: '生产数据域' },
  operation: { en: 'operation and maintenance', zh: '运维数据域' },
  management: { en: 'management', zh: '管理数据域' },
  external: { en: 'external', zh: '外部数据域' },
  platform: { en: 'platform operation', zh: '平台运营数据域' },
  enterprise: { en: 'management of a platform enterprise', zh: '企业管理数据域' },
} as const satisfies Readonly<Record<string, Words>>;
export type ClassificationDomain = keyof typeof classificationDomains;

/** What a level demands of whoever offers data of it. Each level demands what those below it do. */
export interface Floor {
  /** Data moves only under an agreement, and each transfer is logged: true of every transfer here, so no policy can lack it. */
  readonly contractAndLog: true;
  /** Every permission must be limited in these ways. */
  readonly demands: readonly Demand[];
  /** Every permission must name the single parties it is for. */
  readonly namedParties: boolean;
  /** People who must approve before it is offered, and before it is agreed. */
  readonly approvals: 0 | 1 | 2;
}

export const floors: Readonly<Record<Classification['level'], Floor>> = {
  1: { contractAndLog: true, demands: [], namedParties: false, approvals: 0 },
  2: { contractAndLog: true, demands: ['purpose', 'expiry', 'count'], namedParties: false, approvals: 0 },
  3: { contractAndLog: true, demands: ['purpose', 'expiry', 'count'], namedParties: true, approvals: 2 },
};

/** How many people must approve an offer and an agreement over data of this classification. */
export function approvalsFor(classification: Classification | undefined): 0 | 1 | 2 {
  return classification ? floors[classification.level].approvals : 0;
}

/**
 * Where a policy falls below the floor of the data's classification. Checked at publication and again at agreement.
 *
 * INVARIANT: without problems, every use that any permission grants is for a purpose the policy names, before an instant it names,
 * within a count it names, and at level 3 by a party it names, whatever else the policy says. It is proven from each permission alone:
 * prohibitions and the conflict strategy can only take away, and what is `declaredOnly` or lies in one alternative of several proves
 * nothing.
 *
 * @param classification the data's own. What the policy says of itself may raise it, never lower it.
 */
export function floorProblems(policy: Policy, classification: Classification | undefined): Problem[] {
  const level = Math.max(classification?.level ?? 1, policy.classification?.level ?? 1) as Classification['level'];
  const floor = floors[level];
  const problems: Problem[] = [];
  const stated = policy.classification?.level;
  if (classification && stated !== undefined && stated < classification.level) {
    problems.push({
      path: `/${classificationTerm}`,
      code: 'CLASSIFICATION_FLOOR',
      message: `the policy says level ${stated}, and the data is of level ${classification.level}`,
      suggestion: `say level ${classification.level}`,
    });
  }
  for (const permission of policy.permissions) {
    for (const demand of floor.demands) {
      if (permission.constraints.some((constraint) => demandsConstraint(constraint, demand))) continue;
      problems.push(lacking(permission, demand, level));
    }
    if (floor.namedParties) problems.push(...unnamed(policy, permission, level));
  }
  return problems;
}

const missing: Readonly<Record<Demand, readonly [what: string, add: string]>> = {
  purpose: [
    'a purpose in every alternative',
    'add {"leftOperand":"odrl:purpose","operator":"isAnyOf","rightOperand":["…"]} to it',
  ],
  expiry: [
    'an end in every alternative',
    'add {"leftOperand":"odrl:dateTime","operator":"lt","rightOperand":{"@value":"…","@type":"xsd:dateTime"}} to it',
  ],
  count: [
    'a highest number of uses in every alternative',
    'add {"leftOperand":"odrl:count","operator":"lteq","rightOperand":{"@value":"…","@type":"xsd:integer"}} to it',
  ],
};

function lacking({ path, constraints }: Rule, demand: Demand, level: number): Problem {
  const [what, suggestion] = missing[demand];
  return {
    path: constraints.length > 0 ? `${path}/constraint` : path,
    code: 'CLASSIFICATION_FLOOR',
    message: `data of level ${level} needs ${what} of every permission, decided and not only declared`,
    suggestion,
  };
}

function unnamed(policy: Policy, permission: Rule, level: number): Problem[] {
  // The rule's own stand before the policy's, in the narrowest and in the widest reading of the two.
  const own = permission.assignees !== undefined;
  const parties = permission.assignees ?? policy.assignees;
  const path = own ? `${permission.path}/assignee` : parties ? '/assignee' : permission.path;
  const problem = (message: string): Problem[] => [
    {
      path,
      code: 'CLASSIFICATION_FLOOR',
      message,
      suggestion: 'name each participant as an assignee of the policy',
    },
  ];
  if (!parties?.length) return problem(`data of level ${level} is never offered openly: nobody is named`);
  const open = parties.find((party) => !isNamed(party));
  return open ? problem(`data of level ${level} needs named parties: ${open.id} can be anybody`) : [];
}

/** A single party. Who belongs to a collection is settled elsewhere, and later; ODRL's own party scopes mean everybody. */
function isNamed({ id, collection }: Party): boolean {
  return !collection && id !== '' && id !== '*' && !/^(?:odrl:|https?:\/\/www\.w3\.org\/ns\/odrl\/2\/)/.test(id);
}

const levelNames = { 1: '一级', 2: '二级', 3: '三级' } as const;

/** The classification in words. */
export function classificationWords({ level, domain }: Classification): Words {
  const known = Object.entries(classificationDomains).find(([name]) => name === domain)?.[1];
  const of = known ?? (domain === undefined ? undefined : { en: domain, zh: domain });
  return {
    en: `Classified as industrial data of level ${level} of 3${of ? `, domain: ${of.en}` : ''}.`,
    zh: `工业数据分级：${levelNames[level]}（共三级，三级最高）${of ? `；分类：${of.zh}` : ''}。`,
  };
}
