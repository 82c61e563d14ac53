import { canonicalJson, digestOf, issueTrustBundle, jwkOf, type TrustBundle } from '@causeway/evidence';
import { TrustError } from '../peer/errors.js';
import type { Role } from '../peer/peer.js';
import { type AuthorityContext, transact } from './context.js';
import type { BundleRecord, Services } from './records.js';

const noServices: Services = {
  broker: { id: '', https: '', grpc: '' },
  clearingHouse: { id: '', grpc: '', https: '', origin: '', vkey: '' },
};

/** The current bundle. */
export async function currentBundle({ records }: AuthorityContext): Promise<BundleRecord> {
  const found = await records.bundles.get('current');
  if (!found) throw new TrustError('NOT_FOUND', 'there is no trust bundle yet');
  return found.value;
}

/**
 * Signs a new bundle under the next sequence when anything in it has changed: the authority's address at a start, or what
 * the operator entered about the services.
 * @throws TrustError ENROLMENT_REFUSED when a service named has not enrolled in its role
 */
export async function updateBundle(
  context: AuthorityContext,
  authority: string,
  change: Partial<Services> = {},
): Promise<BundleRecord> {
  const { records, config, keys, clock } = context;
  await demandRole(context, change.broker?.id, 'broker');
  await demandRole(context, change.clearingHouse?.id, 'clearing-house');
  return transact(context.store, async () => {
    const before = await records.bundles.get('current');
    const services: Services = { ...noServices, ...before?.value.services, ...change };
    const members: Omit<TrustBundle, 'sequence' | 'issued'> = {
      version: '1',
      space: config.space,
      roots: [keys.root.cert],
      authority: {
        id: config.id,
        https: authority,
        keys: [{ kid: keys.statement.kid, key: jwkOf(keys.statement.privateKey) }],
      },
      ...services,
    };
    const content = digestOf(canonicalJson(members));
    if (before?.value.content === content) return { answer: before.value };
    const sequence = String(BigInt(before?.value.sequence ?? '0') + 1n);
    const bundle = { ...members, sequence, issued: new Date(clock.now()).toISOString() };
    const record: BundleRecord = { sequence, services, content, jws: await issueTrustBundle(bundle, keys.statement) };
    return {
      commit: {
        conditions: [before ? records.bundles.unchanged(before) : records.bundles.absent('current')],
        writes: [records.bundles.put(['current'], record)],
      },
      answer: record,
    };
  });
}

async function demandRole({ records }: AuthorityContext, id: string | undefined, role: Role): Promise<void> {
  if (id === undefined || id === '') return;
  if ((await records.participants.get(id))?.value.role === role) return;
  throw new TrustError('ENROLMENT_REFUSED', `expected the id of a ${role} that has enrolled; ${id} has not`);
}
