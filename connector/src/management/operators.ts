import { timingSafeEqual } from 'node:crypto';
import { type Digest, digestOf } from '@causeway/evidence';
import { type Clock, isKey, owner, type Random, type Secret, type Store } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Operator } from '../model.js';
import type { Records } from '../records.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';

export interface OperatorContext {
  readonly store: Store;
  readonly records: Pick<Records, 'operators'>;
  readonly clock: Clock;
  readonly random: Random;
}

const nameForm = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const digestOfNobody: Digest = `sha-256:${'0'.repeat(64)}`;

/** Who shows this key: the owner, an operator by its name, or nobody. */
export function keyHolder(
  key: Secret,
  records: OperatorContext['records'],
): (shown: string) => Promise<string | undefined> {
  return async (shown) => {
    if (isKey(shown, key)) return owner;
    const name = /^([a-z0-9][a-z0-9._-]{0,62})\.[A-Za-z0-9_-]{43}$/.exec(shown)?.[1];
    const found = name === undefined ? undefined : (await records.operators.get(name))?.value;
    const right = same(digestOf(shown), found?.keyDigest ?? digestOfNobody);
    return right && found?.removed === undefined ? found?.name : undefined;
  };
}

/** Digests are compared, so that neither the length nor the first differing byte of a guess shows in the time it takes. */
function same(one: Digest, other: Digest): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** People with a key of their own, who may decide on requests and nothing else. */
export function operatorOperations(context: OperatorContext): Operation[] {
  const { records } = context;
  return [
    {
      method: 'put',
      path: '/operators/{name}',
      id: 'addOperator',
      summary: 'Makes the key of an operator, which is shown this once; a name is given once',
      answer: 'NewOperator',
      statuses: [201],
      handle: async ({ params: { name = '' } }) => ({ status: 201, body: await add(context, name) }),
    },
    {
      method: 'get',
      path: '/operators',
      id: 'listOperators',
      summary: 'Lists operators, those that were removed too',
      query: pageQuery,
      answer: 'OperatorPage',
      handle: async ({ query }) =>
        pageReply(await records.operators.page(pageOptions(query)), ({ value }) => view(value)),
    },
    {
      method: 'delete',
      path: '/operators/{name}',
      id: 'removeOperator',
      summary: 'Takes the key of an operator away; what it approved stands',
      answer: 'Operator',
      handle: async ({ params: { name = '' } }) => ok(view(await remove(context, name))),
    },
  ];
}

async function add({ store, records, clock, random }: OperatorContext, name: string): Promise<object> {
  if (!nameForm.test(name) || name === owner) {
    const words = `Expected a name of lower-case letters, digits, . _ and -, other than ${owner}; got ${name}.`;
    throw new ConnectorError('REQUEST_INVALID', words);
  }
  const key = `${name}.${Buffer.from(random.bytes(32)).toString('base64url')}`;
  const operator: Operator = { name, keyDigest: digestOf(key), created: clock.now() };
  const writes = [records.operators.put([name], operator)];
  if ((await store.commit({ conditions: [records.operators.absent(name)], writes })).ok)
    return { ...view(operator), key };
  const words = `There is, or was, an operator ${name}; what it approved stands under this name, so choose another.`;
  throw new ConnectorError('ALREADY_EXISTS', words);
}

async function remove({ store, records, clock }: OperatorContext, name: string): Promise<Operator> {
  for (;;) {
    const found = await records.operators.get(name);
    if (found === undefined) throw new ConnectorError('NOT_FOUND', `There is no operator ${name}.`);
    if (found.value.removed !== undefined) return found.value;
    const removed: Operator = { ...found.value, removed: clock.now() };
    const writes = [records.operators.put([name], removed)];
    if ((await store.commit({ conditions: [records.operators.unchanged(found)], writes })).ok) return removed;
  }
}

function view({ name, created, removed }: Operator): object {
  return { name, created, ...(removed === undefined ? {} : { removed }) };
}
