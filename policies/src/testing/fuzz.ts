import { compareRequest } from '../compare/compare.js';
import { comparePolicies } from '../compare/compatible.js';
import { counterOffer } from '../compare/counter.js';
import { factsOf } from '../compare/witness.js';
import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import type { Policy, Witness } from '../model.js';
import { readPolicy } from '../parse/policy.js';
import { pointsOf, type Situated } from './points.js';
import { Random } from './random.js';
import { randomPair } from './random-pairs.js';

export interface FuzzReport {
  readonly seed: number;
  readonly pairs: number;
  readonly points: number;
  readonly within: number;
  readonly exceeds: number;
  readonly unknown: number;
  /** `exceeds` of which a use was shown, and replayed. */
  readonly witnesses: number;
  readonly conflict: number;
  readonly compatible: number;
  readonly undetermined: number;
  /** Counter-offers made. */
  readonly counters: number;
  /** By the code of the first reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What must never happen, told so that it can be found again. */
  readonly unsound: readonly string[];
}

type Judge = (situated: Situated) => boolean;

/**
 * Random pairs of policies, compared, and each verdict held against every point at which they could differ: whatever a request within an
 * offer permits, the offer permits; what exceeds is shown by a use that the request permits and the offer denies; policies in conflict
 * permit no point in common; compatible ones permit one. A counter-offer permits only what both permit.
 *
 * @param most points tried for one pair
 */
export function fuzz(seed: number, pairs: number, most = 3_000): FuzzReport {
  const report = {
    seed,
    pairs,
    points: 0,
    within: 0,
    exceeds: 0,
    unknown: 0,
    witnesses: 0,
    conflict: 0,
    compatible: 0,
    undetermined: 0,
    counters: 0,
    reasons: {} as Record<string, number>,
    unsound: [] as string[],
  };
  for (let at = 0; at < pairs && report.unsound.length < 10; at++) {
    const random = new Random(seed + at);
    const json = randomPair(random);
    const [offer, request] = [readPolicy(json.offer), readPolicy(json.request)];
    const [granted, asked] = [judgeOf(offer), judgeOf(request)];
    const fail = (what: string) => report.unsound.push(`seed ${seed + at}: ${what}: ${JSON.stringify(json)}`);

    const found = compareRequest(request, offer);
    report[found.verdict] += 1;
    if (found.verdict === 'unknown') count(report.reasons, found.reasons[0]?.code);
    if (found.verdict === 'exceeds') {
      const { witness } = found;
      if (witness) {
        report.witnesses += 1;
        if (!asked(at_(witness)) || granted(at_(witness))) fail(`witness ${JSON.stringify(witness)}`);
      } else if (!found.reasons.some(({ code }) => code === 'PROHIBITION_DROPPED' || code === 'DUTY_DROPPED')) {
        fail(`exceeds without a witness, ${found.reasons.map(({ code }) => code).join(' ')}`);
      }
    }

    const both = comparePolicies(request, offer);
    if (both.verdict === 'Unknown') {
      report.undetermined += 1;
      count(report.reasons, both.reasons[0]?.code);
    } else if (both.verdict === 'Conflict') report.conflict += 1;
    else report.compatible += 1;
    if (both.verdict === 'Compatible' && !(both.witness && asked(at_(both.witness)) && granted(at_(both.witness)))) {
      // Times without a zone are compared on one clock, where `decide` by itself would not know.
      if (!isZoneless(json)) fail(`compatible, but not at ${JSON.stringify(both.witness)}`);
    }

    const counter = found.verdict !== 'within' && at % 4 === 0 ? counterOffer(request, offer) : undefined;
    const counters = counter && judgeOf(readPolicy(counter));
    if (counters) report.counters += 1;
    if (found.verdict !== 'within' && both.verdict !== 'Conflict' && !counters) continue;
    for (const point of pointsOf([offer, request], random, most)) {
      report.points += 1;
      const [asks, grants] = [asked(point), granted(point)];
      if (found.verdict === 'within' && asks && !grants) fail(`within, but not at ${told(point)}`);
      if (both.verdict === 'Conflict' && asks && grants) fail(`conflict, but not at ${told(point)}`);
      // A request that voids itself permits nothing, and is countered by what it may have meant.
      if (counters?.(point) && !(grants && (asks || request.conflict === 'invalid')))
        fail(`countered with more, at ${told(point)}`);
    }
  }
  return report;
}

function judgeOf(policy: Policy): Judge {
  const compiled = compile(policy);
  return ({ request, facts }) => decide(compiled, request, facts, { as: 'offer' }).permit;
}

function at_(witness: Witness): Situated {
  return { request: witness.request, facts: factsOf(witness) };
}

function count(reasons: Record<string, number>, code = 'none'): void {
  reasons[code] = (reasons[code] ?? 0) + 1;
}

function isZoneless(json: unknown): boolean {
  return /"2027-01-01T0\d:00:00\.000"/.test(JSON.stringify(json));
}

function told({ request, facts: { counts, within, duties, ...facts } }: Situated): string {
  return JSON.stringify({ request, ...facts, used: counts?.(''), within: within?.('', '', ''), duties: duties?.('') });
}

/** One random pair and its verdicts, for other judges than the points. */
export function verdictsOf(seed: number) {
  const json = randomPair(new Random(seed));
  const [offer, request] = [readPolicy(json.offer), readPolicy(json.request)];
  const found = compareRequest(request, offer);
  return {
    ...json,
    within: found.verdict,
    both: comparePolicies(request, offer).verdict,
    codes: found.verdict === 'within' ? [] : found.reasons.map(({ code }) => code),
    /** Exceeds by what it leaves out, and not by any one use. */
    textual: found.verdict !== 'within' && found.reasons.some(({ code }) => code === 'PROHIBITION_DROPPED'),
    zoneless: isZoneless(json),
  };
}
