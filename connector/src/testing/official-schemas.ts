import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2019, type AnySchema } from 'ajv/dist/2019.js';
import type { JsonObject } from '../model.js';

/** The folder that `npm run test:vectors -- --from` names. */
export const shared = process.env['CAUSEWAY_SHARED'] ?? '../shared';

/** Schema files that are not named as their `@type`, below the root of the schemas' ids. */
const schemaFiles: Readonly<Record<string, string>> = {
  Catalog: 'catalog/catalog-schema.json',
  CatalogError: 'catalog/catalog-error-schema.json',
  CatalogRequestMessage: 'catalog/catalog-request-message-schema.json',
  Dataset: 'catalog/dataset-schema.json',
};
const root = 'https://w3id.org/dspace/2025/1/';

/**
 * The schemas of Dataspace Protocol 2025-1 as published.
 *
 * @returns what is wrong with a message or an answer by the schema of its `@type`; empty when nothing is
 */
export async function officialSchemas(): Promise<(message: JsonObject) => string> {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const byType = new Map<string, string>();
  for (const part of ['common', 'catalog', 'negotiation', 'transfer']) {
    const folder = join(shared, 'dsp-2025-1', part);
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('-schema.json'))) {
      const text = await readFile(join(folder, file), 'utf8');
      // The published suspension, termination and error schemas miss a slash in this reference.
      const schema = JSON.parse(text.replaceAll('.json#definitions/', '.json#/definitions/')) as AnySchema & {
        $id: string;
      };
      ajv.addSchema(schema);
      byType.set(pascal(file.replace(/-schema\.json$/, '')), schema.$id);
    }
  }
  return (message) => {
    const type = String(message['@type']);
    const id = schemaFiles[type] === undefined ? byType.get(type) : `${root}${schemaFiles[type]}`;
    const validate = id === undefined ? undefined : ajv.getSchema(id);
    if (validate === undefined) return `no official schema for ${type}`;
    return validate(message) ? '' : `${type}: ${ajv.errorsText(validate.errors)}`;
  };
}

function pascal(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
}
