import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Duty, Party, Policy, Rule } from './model.js';
import { readPolicy } from './parse/policy.js';
import { agreementFor, offerFor } from './templates/offer.js';
import { whole } from './testing/whole.js';
import { toWire } from './wire.js';

// The published schema of the Dataspace Protocol 2025-1 accepts what `toWire` writes.

const shared = process.env.CAUSEWAY_SHARED ?? '';
const file = join(shared, 'dsp-2025-1/negotiation/contract-schema.json');
const schema: object = JSON.parse(readFileSync(file, 'utf8'));
// An Offer with and without a target are two branches of the schema's oneOf, which overlap: each class is checked by itself.
const ajv = new Ajv2019({ strict: false, validateFormats: false });
ajv.addSchema(schema, 'contract');

function errors(definition: 'Offer' | 'MessageOffer' | 'Agreement', json: unknown): unknown {
  const validate = ajv.getSchema(`contract#/definitions/${definition}`);
  if (!validate) throw new Error(`the schema has no ${definition}`);
  return validate(json) === true ? [] : validate.errors;
}

const terms = {
  id: 'urn:uuid:1',
  assignees: ['urn:a', 'urn:b'],
  until: '2027-01-01T00:00:00Z',
  count: 3,
  purposes: ['p'],
};

test('templates satisfy the schema, in a catalog, in a message and as an agreement', () => {
  const plain = offerFor({ ...terms, prohibit: ['distribute'], auditors: ['urn:c'] });
  expect(errors('Offer', plain)).toEqual([]);
  expect(errors('MessageOffer', { ...plain, target: 'urn:d' })).toEqual([]);
  const parties = { target: 'urn:d', assigner: 'urn:p', assignee: 'urn:a' };
  const agreement = agreementFor(readPolicy(plain), {
    id: 'urn:uuid:2',
    ...parties,
    timestamp: '2026-01-01T00:00:00.000Z',
  });
  expect(errors('Agreement', agreement)).toEqual([]);
});

const plain = ({ id }: Party): Party => ({ id, collection: false, refinements: [] });

function carried({ target: _, assigner: __, ...rule }: Rule): Rule {
  return {
    ...rule,
    action: rule.action ?? 'use',
    actionRefinements: [],
    ...(rule.assignees ? { assignees: rule.assignees.slice(0, 1).map(plain) } : {}),
    duties: rule.duties.map(carriedDuty),
    remedies: [],
  };
}

function carriedDuty({ duty, path, action, constraints, declaredOnly }: Duty): Duty {
  return { duty, path, action, actionRefinements: [], constraints, consequences: [], declaredOnly };
}

/** What DSP has a place for of a policy. */
function onDsp(policy: Policy): Policy {
  return {
    ...policy,
    kind: policy.kind === 'Set' ? 'Offer' : policy.kind,
    permissions: policy.permissions.map(carried),
    prohibitions: policy.prohibitions.map(carried),
    obligations: policy.obligations.map(carriedDuty),
  };
}

function bare(policy: Policy): unknown {
  return JSON.parse(JSON.stringify(policy, (key, value) => (key === 'path' ? undefined : value)));
}

test('whatever DSP can carry satisfies the schema and is read as the same again', () => {
  fc.assert(
    fc.property(whole, (json) => {
      const policy = onDsp(readPolicy(json));
      const written = toWire(policy);
      expect(errors(policy.kind === 'Agreement' ? 'Agreement' : 'MessageOffer', written)).toEqual([]);
      expect(bare(readPolicy(written))).toEqual(bare(policy));
    }),
    { seed: 3, numRuns: 500 },
  );
});
