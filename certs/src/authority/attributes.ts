import { canonicalJson } from '@causeway/evidence';
import type { Page, Stored } from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import { type AuthorityContext, transact } from './context.js';
import type { AttributeChange, Attributes, ParticipantRecord } from './records.js';

/** How an operator changes the attributes of a participant: what is not named stays. */
export interface AttributesWanted {
  readonly set?: Attributes;
  readonly remove?: readonly string[];
  /** Kept with the change. */
  readonly reason?: string;
}

/** In bytes of JSON. A token carries them all, and is read up to 8 KiB. */
const longest = 4_096;

/** Attributes that others read as something: a value they could not read would deny without anybody knowing why. */
const known: ReadonlyMap<string, { readonly form: RegExp; readonly expected: string }> = new Map([
  ['securityLevel', { form: /^(base|trust|trust\+)$/, expected: 'base, trust or trust+' }],
  ['country', { form: /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, expected: 'codes of ISO 3166 such as CN or CN-31' }],
]);
const single: readonly string[] = ['securityLevel'];

/** @throws TrustError ATTRIBUTES_REFUSED with the name of the attribute that no token can carry or nobody could read */
export function demandAttributes(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const values = typeof value === 'string' ? [value] : value;
    if (!/^[A-Za-z][A-Za-z0-9:._-]*$/.test(name)) throw refused(name, 'a name of the characters [A-Za-z0-9:._-]');
    if (values.length === 0 || values.some((one) => one.trim() === '' || !one.isWellFormed())) {
      throw refused(name, 'at least one text; remove the attribute instead of leaving it empty');
    }
    const rule = known.get(name);
    if (rule && !values.every((one) => rule.form.test(one))) throw refused(name, rule.expected);
    if (single.includes(name) && values.length > 1) throw refused(name, 'one value');
  }
  if (Buffer.byteLength(canonicalJson({ ...attributes })) > longest) {
    throw new TrustError('ATTRIBUTES_REFUSED', `expected attributes of at most ${longest} bytes in all`);
  }
}

/** @throws TrustError NOT_FOUND */
export async function member({ records }: AuthorityContext, id: string): Promise<Stored<ParticipantRecord>> {
  const found = await records.participants.get(id);
  if (found) return found;
  throw new TrustError('NOT_FOUND', `there is no participant ${id}`);
}

/**
 * Sets and removes attributes of a participant, and keeps what they were. The next token says the new ones; what was issued
 * before is good until it expires. A change that changes nothing is none.
 * @throws TrustError NOT_FOUND | ATTRIBUTES_REFUSED
 */
export async function changeAttributes(
  context: AuthorityContext,
  id: string,
  { set = {}, remove = [], reason }: AttributesWanted,
): Promise<ParticipantRecord> {
  const { records, clock, store } = context;
  const both = remove.find((name) => Object.hasOwn(set, name));
  if (both !== undefined) throw refused(both, 'an attribute to be either set or removed');
  return transact(store, async () => {
    const current = await member(context, id);
    const before = current.value.attributes;
    const after = Object.fromEntries(Object.entries({ ...before, ...set }).filter(([name]) => !remove.includes(name)));
    demandAttributes(after);
    if (canonicalJson(after) === canonicalJson({ ...before })) return { answer: current.value };
    const revision = (current.value.revision ?? 0) + 1;
    const changed: ParticipantRecord = { ...current.value, attributes: after, revision };
    const change: AttributeChange = {
      ...{ revision, at: clock.now(), before, after },
      ...(reason === undefined ? {} : { reason }),
    };
    return {
      commit: {
        conditions: [records.participants.unchanged(current)],
        writes: [records.participants.put([id], changed), records.attributeChanges.put([id, revision], change)],
      },
      answer: changed,
    };
  });
}

/** Every change, the latest first. @throws TrustError NOT_FOUND */
export async function attributeChanges(
  context: AuthorityContext,
  id: string,
  page: { readonly cursor?: string; readonly limit?: number },
): Promise<Page<AttributeChange>> {
  await member(context, id);
  const found = await context.records.attributeChanges.page({ prefix: [id], reverse: true, ...page });
  return { ...found, items: found.items.map(({ value }) => value) };
}

function refused(name: string, expected: string): TrustError {
  return new TrustError('ATTRIBUTES_REFUSED', `attribute ${name}: expected ${expected}`, { data: { attribute: name } });
}
