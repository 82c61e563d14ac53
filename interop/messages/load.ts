import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Siege = typeof import('../../connector/src/testing/mutated/siege.js');
type OfficialSchemas = typeof import('../../connector/src/testing/official-schemas.js');

export type Tally = ReturnType<Siege['emptyTally']>;
export type Failure = Tally['failures'][number];

/** The connector as it was built. */
export const built = fileURLToPath(new URL('../../../connector/dist', import.meta.url));

/** What sends mutated messages to a connector, out of its built folder or a changed copy of that. */
export async function loadSiege(folder: string): Promise<Siege & OfficialSchemas> {
  const module = (file: string): string => pathToFileURL(join(folder, 'testing', file)).href;
  const [siege, schemas] = await Promise.all([
    import(module('mutated/siege.js')) as Promise<Siege>,
    import(module('official-schemas.js')) as Promise<OfficialSchemas>,
  ]);
  return { ...siege, ...schemas };
}
