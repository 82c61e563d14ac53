import type { Duty, DutyState, Facts, Policy } from '../model.js';
import { deadlineOf } from './deadline.js';
import { type DutyEvent, type DutyInstance, type DutyKind, dutyTransitions } from './instance.js';

/** What a duty starts from, milliseconds since the epoch. */
export interface DutyAnchors {
  readonly agreed: number;
  /** When the data was delivered: the periods of obligations count from then. Absent: not yet. */
  readonly delivered?: number;
}

/** A duty after an event, and the consequences that its violation made owed. */
export interface Advance {
  /** The very same object when nothing changed. */
  readonly instance: DutyInstance;
  readonly activated: readonly DutyInstance[];
}

/**
 * The duties of an agreement: those before a use, and the obligations. What nobody can enforce (`declaredOnly`) is not among them; nor
 * are consequences and remedies, until they are owed.
 *
 * @param now what is late already is violated, and its consequences are in the list
 */
export function startDuties(policy: Policy, { agreed, delivered }: DutyAnchors, now: number): readonly DutyInstance[] {
  const guards = policy.permissions.filter(({ declaredOnly }) => !declaredOnly).flatMap(({ duties }) => duties);
  const started = [
    ...guards.filter(isKept).map((duty) => startOf(duty, 'duty', agreed)),
    ...policy.obligations.filter(isKept).map((duty) => startOf(duty, 'obligation', agreed, { delivered })),
  ];
  return advanceDuties(policy, started, { type: 'time', at: now });
}

/** What is owed once a prohibition was broken, from then on. The prohibition stays broken. */
export function startRemedies(policy: Policy, prohibition: string, broken: number): readonly DutyInstance[] {
  const rule = policy.prohibitions.find((each) => each.rule === prohibition);
  if (rule === undefined) throw new TypeError(`the policy has no prohibition ${prohibition}`);
  return rule.remedies.filter(isKept).map((duty) => startOf(duty, 'remedy', broken, { because: prohibition }));
}

function isKept({ declaredOnly }: Duty): boolean {
  return !declaredOnly;
}

function startOf(
  duty: Duty,
  kind: DutyKind,
  since: number,
  { delivered, because }: { readonly delivered?: number; readonly because?: string } = {},
): DutyInstance {
  const deadline = deadlineOf(duty, kind === 'obligation' ? delivered : since);
  return {
    duty: duty.duty,
    kind,
    state: 'pending',
    since,
    ...(delivered === undefined ? {} : { delivered }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(because === undefined ? {} : { because }),
  };
}

/**
 * One duty after one event. Pure; the same event again changes nothing, and it makes no difference whether time was told in between.
 *
 * @throws TypeError when the policy has no such duty
 */
export function advanceDuty(policy: Policy, instance: DutyInstance, event: DutyEvent): Advance {
  const duty = dutyOf(policy, instance.duty);
  if (duty === undefined) throw new TypeError(`the policy has no duty ${instance.duty}`);
  const passed = event.type === 'delivered' ? instance : lapse(instance, event.at);
  const after = happen(passed, event, duty);
  const violated = after.violated !== undefined && instance.violated === undefined;
  const since = after.violated ?? event.at;
  const consequences = violated ? duty.consequences.filter(isKept) : [];
  return {
    instance: after,
    activated: consequences.map((each) => startOf(each, 'consequence', since, { because: duty.duty })),
  };
}

/** Violated at its deadline, whenever that is noticed. */
function lapse(instance: DutyInstance, at: number): DutyInstance {
  const { deadline } = instance;
  if (deadline === undefined || at < deadline) return instance;
  return moved(instance, 'violated', { violated: deadline });
}

function happen(instance: DutyInstance, event: DutyEvent, duty: Duty): DutyInstance {
  switch (event.type) {
    case 'time':
      return instance;
    case 'delivered': {
      if (instance.kind !== 'obligation' || instance.state !== 'pending' || instance.delivered !== undefined)
        return instance;
      const deadline = deadlineOf(duty, event.at);
      return { ...instance, delivered: event.at, ...(deadline === undefined ? {} : { deadline }) };
    }
    case 'fulfilled': {
      const late = instance.violated === undefined ? {} : { late: true as const };
      return moved(instance, 'fulfilled', { fulfilled: event.at, evidence: event.evidence, ...late });
    }
    case 'violated':
      return moved(instance, 'violated', { violated: event.at, evidence: event.evidence });
  }
}

function moved(instance: DutyInstance, state: DutyState, found: Partial<DutyInstance>): DutyInstance {
  return dutyTransitions[instance.state].includes(state) ? { ...instance, ...found, state } : instance;
}

/** The same event for each, and for the consequences it makes owed: `time`, mostly. The very same list when nothing changed. */
export function advanceDuties(
  policy: Policy,
  instances: readonly DutyInstance[],
  event: DutyEvent & { readonly type: 'time' | 'delivered' },
): readonly DutyInstance[] {
  const after: DutyInstance[] = [];
  const queue = [...instances];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { instance, activated } = advanceDuty(policy, next, event);
    after.push(instance);
    // A consequence that was due long ago is late itself. INVARIANT: consequences nest no deeper than the policy.
    queue.push(...activated);
  }
  const same = after.length === instances.length && after.every((each, at) => each === instances[at]);
  return same ? instances : after;
}

/** When time alone next violates one of them, milliseconds since the epoch: tell them the time then. */
export function nextDeadline(instances: readonly DutyInstance[]): number | undefined {
  const ends = instances.flatMap(({ state, deadline }) =>
    state === 'pending' && deadline !== undefined ? [deadline] : [],
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/**
 * Duties as `decide` asks for them. One that was fulfilled late counts as fulfilled only when all that follows from its violation is
 * fulfilled too (Information Model 2.6.7: the duty *and* its consequences).
 */
export function dutyFacts(instances: readonly DutyInstance[]): NonNullable<Facts['duties']> {
  const states = new Map<string, DutyState>();
  const stateOf = (each: DutyInstance): DutyState => {
    if (each.state !== 'fulfilled' || each.late === undefined) return each.state;
    const consequences = instances.filter(({ kind, because }) => kind === 'consequence' && because === each.duty);
    return consequences.every((consequence) => stateOf(consequence) === 'fulfilled') ? 'fulfilled' : 'violated';
  };
  for (const each of instances) {
    const known = states.get(each.duty);
    const state = stateOf(each);
    // Of one duty under several deliveries the worst state counts.
    if (known === undefined || rank[state] > rank[known]) states.set(each.duty, state);
  }
  return (duty) => states.get(duty);
}

const rank: Readonly<Record<DutyState, number>> = { fulfilled: 0, pending: 1, violated: 2 };

function dutyOf(policy: Policy, key: string): Duty | undefined {
  const roots = [
    ...policy.permissions.flatMap(({ duties }) => duties),
    ...policy.prohibitions.flatMap(({ remedies }) => remedies),
    ...policy.obligations,
  ];
  return find(roots, key);
}

function find(duties: readonly Duty[], key: string): Duty | undefined {
  for (const duty of duties) {
    const found = duty.duty === key ? duty : find(duty.consequences, key);
    if (found) return found;
  }
  return undefined;
}
