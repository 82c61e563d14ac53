import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, test } from 'vitest';
import type { JsonValue } from '../model.js';
import { compose } from './compose.js';
import { idsTemplates } from './ids.js';
import { offerFor } from './offer.js';

// Whatever the templates write, the published schema of the Dataspace Protocol 2025-1 accepts.

const file = join(process.env['CAUSEWAY_SHARED'] ?? '', 'dsp-2025-1/negotiation/contract-schema.json');
const schema: object = JSON.parse(readFileSync(file, 'utf8'));
const ajv = new Ajv2019({ strict: false, validateFormats: false });
ajv.addSchema(schema, 'contract');

function errors(offer: unknown): unknown {
  const validate = ajv.getSchema('contract#/definitions/Offer');
  if (!validate) throw new Error('the schema has no Offer');
  return validate(offer) === true ? [] : validate.errors;
}

/** One value of each type of parameter. */
const values: Readonly<Record<string, JsonValue>> = {
  participants: ['urn:a', 'urn:b'],
  participant: 'urn:a',
  names: ['x', 'y'],
  name: 'x',
  fields: ['name'],
  instant: '2028-01-01T00:00:00Z',
  duration: 'P30D',
  count: 3,
  amount: '5.00',
  unit: 'http://dbpedia.org/resource/Euro',
  level: 'trust',
};
/** Where two of one type would contradict. */
const own: Readonly<Record<string, JsonValue>> = { from: '2027-01-01T00:00:00Z', none: ['z'] };

test.each(Object.values(idsTemplates).map((each) => [each.number, each] as const))('class %i', (_number, template) => {
  const given = Object.fromEntries(
    template.parameters.map(({ name, type }) => [name, own[name] ?? values[type] ?? null]),
  );
  expect(errors(compose({ id: 'urn:o' }, [template.part(given)]))).toEqual([]);
  expect(errors(compose({ id: 'urn:o' }, [template.part({ ...given, declaredOnly: true })]))).toEqual([]);
});

test('every term of an offer', () => {
  const offer = offerFor({
    id: 'urn:o',
    assignees: ['urn:a', 'urn:b'],
    from: '2027-01-01T00:00:00Z',
    until: '2028-01-01T00:00:00Z',
    duration: 'P90D',
    count: 3,
    purposes: ['p'],
    places: ['CN'],
    roles: ['planner'],
    securityLevel: 'trust',
    systems: ['urn:c'],
    mask: ['name'],
    deleteAfter: 'P30D',
    noSharing: true,
    log: true,
    notify: 'urn:p',
    auditors: ['urn:aud'],
    classification: { level: 3, domain: 'production' },
  });
  expect(errors(offer)).toEqual([]);
});
