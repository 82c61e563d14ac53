import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encoded } from './encode.js';
import type { DemoTable } from './table.js';

export interface WrittenTable {
  readonly table: DemoTable;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes tables under a folder, each into its `file`, in memory that does not grow with them. A file of that name is replaced when
 * the new one is whole.
 *
 * @example await writeTables(demoTables({ seed: 7, scale: 0.1 }), './demo-data');
 */
export async function writeTables(tables: Iterable<DemoTable>, folder: string): Promise<WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const table of tables) {
    const path = join(folder, table.file);
    await mkdir(dirname(path), { recursive: true });
    written.push({ table, path, bytes: await write(table, path) });
  }
  return written;
}

async function write(table: DemoTable, path: string): Promise<number> {
  const unfinished = `${path}.part`;
  let bytes = 0;
  try {
    const file = await open(unfinished, 'w');
    try {
      for (const chunk of encoded(table)) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return bytes;
}
