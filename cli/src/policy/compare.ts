import {
  type CompareContext,
  comparePolicies,
  compareRequest,
  type JsonValue,
  type Policy,
  type Problem,
  parsePolicy,
} from '@causeway/policies';
import { CliError } from '../errors.js';
import type { Answer } from './answers.js';
import { isObject, type Json, member, text } from './json.js';

/** `{"left", "right"}` → whether one use can keep both: `Conflict`, `Compatible` or, where that is not proven, `Unknown`. */
export function compare(line: Json): Answer {
  const sides = read(line, ['left', 'right']);
  if ('problems' in sides) return { verdict: 'Unknown', reasons: sides.problems };
  const { verdict, reasons, witness } = comparePolicies(sides.left, sides.right);
  return { verdict, ...(reasons.length > 0 ? { reasons } : {}), ...(witness ? { witness } : {}) };
}

/**
 * `{"offer", "request", "context"?}` → whether the request asks no more than the offer grants: `within`, `exceeds` with a use that
 * only the request permits, or `unknown`. `context`: who requests, and what an offer out of a catalog stands for.
 */
export function within(line: Json): Answer {
  const sides = read(line, ['request', 'offer']);
  if ('problems' in sides) return { verdict: 'unknown', reasons: sides.problems };
  const found = compareRequest(sides.request, sides.offer, contextOf(line.context));
  if (found.verdict === 'within') return { verdict: found.verdict };
  const { verdict, reasons, witness } = found;
  return { verdict, ...(witness ? { witness } : {}), reasons };
}

function contextOf(json: JsonValue | undefined): CompareContext | undefined {
  if (json === undefined) return undefined;
  if (!isObject(json))
    throw new CliError('LINE_MALFORMED', 'expected context to be an object with assignee, target?, assigner?');
  const optional = (name: 'target' | 'assigner') =>
    json[name] === undefined ? {} : { [name]: text(json, name, 'context.') };
  return { assignee: text(json, 'assignee', 'context.'), ...optional('target'), ...optional('assigner') };
}

interface Misread {
  readonly problems: readonly (Problem & { readonly policy: string })[];
}

/** Of a policy that is not understood nothing is proven. */
function read<Name extends string>(line: Json, names: readonly [Name, Name]): Record<Name, Policy> | Misread {
  const found: Partial<Record<Name, Policy>> = {};
  for (const name of names) {
    const result = parsePolicy(member(line, name));
    if (!result.ok) return { problems: result.problems.map((problem) => ({ policy: name, ...problem })) };
    found[name] = result.policy;
  }
  return found as Record<Name, Policy>;
}
