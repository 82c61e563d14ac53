import { createHash } from 'node:crypto';
import { canonicalJson } from '@causeway/evidence';
import {
  type Classification,
  declaredOnlyTerm,
  floorProblems,
  type OfferTerms,
  offerFor,
  type Policy,
  PolicyError,
  type Problem,
  readPolicy,
  toWire,
} from '@causeway/policies';
import { isObject } from '../dsp/messages.js';
import { ConnectorError } from '../errors.js';
import { enforcedByNobody } from '../facts/capabilities.js';
import type { JsonObject, Offer } from '../model.js';
import { accessOf, everybody } from './access.js';

type Terms = Omit<OfferTerms, 'id' | 'target'>;

/** A policy in ODRL, or the terms of a common one. `assignees` absent: nobody; `['*']`: every member. */
export type OfferInput = ({ readonly policy: JsonObject } | { readonly terms: Terms }) & {
  /** A person has to approve each agreement on it. */
  readonly approval?: boolean;
  /** A request for more gets a counter-offer. */
  readonly negotiable?: boolean;
  /** What nobody can enforce is marked so, for both sides to see, instead of being refused. */
  readonly declaredOnly?: boolean;
};

/** What is offered, and by whom. */
export interface Offered {
  readonly dataset: string;
  readonly provider: string;
  readonly classification?: Classification;
}

/**
 * An offer as it will stand in the catalog. Its id is made of the dataset and the policy's digest: the same terms are
 * the same offer, other terms are another. Terms for nobody make no offer.
 *
 * @param path of the input, for the places of what is wrong with it
 * @throws ConnectorError POLICY_INVALID: not understood, not carried by the protocol, enforced by nobody, or below the floor of the
 *   dataset's classification
 */
export function readOffer(
  { dataset, provider, classification }: Offered,
  input: OfferInput,
  path: string,
): Offer | undefined {
  try {
    const given = 'policy' in input ? asOffer(input.policy) : fromTerms(input.terms);
    if (given === undefined) return undefined;
    const read = (json: JsonObject): Policy => readPolicy({ '@id': dataset, ...json }, { kind: 'Offer' });
    const policy = input.declaredOnly === true ? markUnenforced(given, read, provider) : given;
    const parsed = read(policy);
    demandNone(enforcedByNobody(parsed, provider), ' Leave it out, or mark it as declared only.');
    demandNone(floorProblems(parsed, classification));
    const named = policy['@id'];
    const id = typeof named === 'string' && named !== '' ? named : offerId(dataset, policy);
    const wire = toWire({ ...parsed, id });
    return {
      ...{ id, policy: wire, access: accessOf(wire).access },
      ...(input.approval === true ? { approval: true } : {}),
      ...(input.negotiable === true ? { negotiable: true } : {}),
    };
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw invalid(cause.message, cause.problems, path, cause);
  }

  function demandNone(problems: readonly Problem[], advice = ''): void {
    const [first] = problems;
    if (first === undefined) return;
    throw invalid(`The offer cannot be published: ${first.message}.${advice}`, problems, path);
  }
}

function invalid(message: string, problems: readonly Problem[], path: string, cause?: unknown): ConnectorError {
  const placed = problems.map((problem) => ({ ...problem, path: `${path}/policy${problem.path}` }));
  return new ConnectorError('POLICY_INVALID', message, { cause, data: { problems: placed } });
}

/** Under its dataset an offer names no target: the schema of a dataset forbids it. */
function asOffer(policy: JsonObject): JsonObject {
  const { target: _dataset, '@context': _wire, ...rest } = policy;
  return { ...rest, '@type': 'Offer' };
}

function fromTerms(terms: Terms): JsonObject | undefined {
  const { assignees = [], ...rest } = terms;
  if (assignees.length === 0) return undefined;
  const named = assignees.includes(everybody) ? {} : { assignees };
  const { '@id': _placeholder, ...policy } = offerFor({ ...rest, ...named, id: 'urn:causeway:offer' });
  return policy;
}

/** The policy with every place marked that nobody would enforce. */
function markUnenforced(policy: JsonObject, read: (json: JsonObject) => Policy, provider: string): JsonObject {
  const marked = structuredClone(policy);
  for (const { path } of enforcedByNobody(read(policy), provider)) {
    const place = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
        marked,
      );
    if (isObject(place)) place[declaredOnlyTerm] = true;
  }
  return marked;
}

function offerId(dataset: string, policy: JsonObject): string {
  const digest = createHash('sha256').update(canonicalJson(policy)).digest('hex');
  return `${dataset}:offer-${digest.slice(0, 32)}`;
}
